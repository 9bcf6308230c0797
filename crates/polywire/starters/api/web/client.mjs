// @ts-check
// The API, called through the bridge. Types are checked as TypeScript, and there is nothing to build.

/** @typedef {import('./api.d.ts').Task} Task */
/** @typedef {import('./api.d.ts').NewTask} NewTask */

const bridge = process.env.POLYWIRE_URL ?? '';

/** @returns {Promise<Task[]>} */
export async function listTasks() {
  const { items } = await call('/api/tasks');
  return items;
}

/**
 * @param {NewTask} task
 * @returns {Promise<Task>}
 */
export async function createTask(task) {
  const headers = { 'Content-Type': 'application/json' };
  return call('/api/tasks', { method: 'POST', headers, body: JSON.stringify(task) });
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function call(path, init) {
  const response = await fetch(bridge + path, init);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}
