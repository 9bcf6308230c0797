// What the API takes and gives, as api/openapi.yaml has it.

export interface NewTask {
  title: string;
}

export interface Task {
  id: number;
  title: string;
  done: boolean;
}
