//! Derived Protobuf: names, numbers, presence, outcomes, and the lock.

use polywire_contract::{Lock, LockMode, dump};

use crate::cases::Case;

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nx-polywire-interface: things\n";

/// Reads and derives with a lock; nothing may be wrong on reading.
fn derived(body: &str, lock: &mut Lock, mode: LockMode) -> Case {
    let mut case = Case::default();
    case.texts.add("openapi.yaml", &format!("{HEAD}{body}"));
    case.read("openapi.yaml");
    assert!(!case.has_errors(), "{}", case.rendered());
    case.diags.clear();
    case.derive(lock, mode);
    case
}

/// The `.proto` of a contract with one operation that answers `schema`.
fn printed(schema: &str) -> String {
    let body = format!(
        "paths:\n  /t:\n    get:\n      operationId: get-thing\n      responses:\n        '200':\n          description: ok\n          \
         content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}\n\
         components:\n  schemas:\n    Thing: {schema}\n"
    );
    let mut case = derived(&body, &mut Lock::default(), LockMode::Grow);
    let files = case.emit("protobuf");
    let text = files.get("shop.things.v1.proto").expect("printed").to_string();
    text.split("message GetThingRequest {}\n").nth(1).expect("an empty request").trim().to_string()
}

#[test]
fn shapes_have_their_protobuf_form() {
    let check = |schema: &str, expected: &str| assert_eq!(printed(schema), expected, "{schema}");
    check(
        "{type: object, required: [a, b, c, d], properties: {a: {type: string}, b: {type: integer, format: int32}, c: {type: boolean}, \
         d: {type: string, format: date-time}, e: {type: number}, f: {type: array, items: {type: integer, format: int64}}, \
         g: {type: object, additionalProperties: {type: string}}, h: {}}}",
        "message Thing {\n  string a = 1;\n  int32 b = 2;\n  bool c = 3;\n  google.protobuf.Timestamp d = 4;\n  optional double e = 5;\n  \
         repeated int64 f = 6;\n  map<string, string> g = 7;\n  google.protobuf.Value h = 8;\n}",
    );
    check(
        "{type: object, properties: {matrix: {type: array, items: {type: array, items: {type: number}}}, \
         holes: {type: array, items: {type: [string, 'null']}}}}",
        "message Thing {\n  repeated ThingMatrixList matrix = 1;\n  repeated ThingHolesValue holes = 2;\n}\n\n\
         message ThingMatrixList {\n  repeated double items = 1;\n}\n\nmessage ThingHolesValue {\n  optional string value = 1;\n}",
    );
    check(
        "{type: object, required: [state], properties: {state: {type: string, enum: [on, 'off', 'n/a']}}}",
        "message Thing {\n  ThingState state = 1;\n}\n\nenum ThingState {\n  THING_STATE_UNSPECIFIED = 0;\n  THING_STATE_ON = 1;\n  \
         THING_STATE_OFF = 2;\n  THING_STATE_N_A = 3;\n}",
    );
    check(
        "{type: object, properties: {inner: {type: object, properties: {deep: {type: object, properties: {x: {type: string}}}}}}}",
        "message Thing {\n  ThingInner inner = 1;\n}\n\nmessage ThingInner {\n  ThingInnerDeep deep = 1;\n}\n\n\
         message ThingInnerDeep {\n  optional string x = 1;\n}",
    );
    check(
        "{type: object, properties: {user-id: {type: string}, userId: {type: string}}}",
        "message Thing {\n  optional string user_id = 1 [json_name = \"user-id\"];\n  optional string user_id_2 = 2 [json_name = \"userId\"];\n}",
    );
    check(
        "{type: array, items: {type: string}}",
        "message GetThingResponse {\n  repeated string items = 1;\n}",
    );
    check("{type: string}", "message GetThingResponse {\n  string value = 1;\n}");
}

const OUTCOMES: &str = "paths:
  /t/{id}:
    delete:
      operationId: drop
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}, '404': {description: none}}
    put:
      operationId: keep
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: old, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}
        '201': {description: new, content: {application/json: {schema: {type: array, items: {type: string}}}}}
        '204': {description: same}
        '409': {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/E'}}}}
    get:
      operationId: picture
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {image/png: {}}}}
components:
  schemas:
    T: {type: object, properties: {a: {type: string}}}
    E: {type: object, properties: {b: {type: string}}}
";

#[test]
fn outcomes_have_their_place_in_the_answer() {
    use polywire_contract::GrpcOutcome::{Detail, Empty, Field};
    let mut case = derived(OUTCOMES, &mut Lock::default(), LockMode::Grow);
    let said: Vec<&str> = case.diags.iter().map(|diag| diag.code.id).collect();
    assert_eq!(said, ["PW-C0202"], "{}", case.rendered());
    let outcomes = |name: &str| {
        let operation = case.contract.operation(case.contract.find_operation(name).expect("there"));
        operation.grpc.as_ref().map(|grpc| grpc.outcomes.clone())
    };
    assert_eq!(outcomes("things.drop"), Some(vec![Empty, Detail(None)]));
    let keep = outcomes("things.keep").expect("callable");
    assert!(matches!(keep[..], [Field(0), Field(1), Field(2), Detail(Some(_))]), "{keep:?}");
    assert_eq!(outcomes("things.picture"), None);
    let files = case.emit("protobuf");
    let text = files.get("shop.things.v1.proto").expect("printed");
    let response = "message KeepResponse {\n  oneof outcome {\n    T status_200 = 1 [json_name = \"status_200\"];\n    \
                    KeepResponseStatus201List status_201 = 2 [json_name = \"status_201\"];\n    \
                    KeepStatus204 status_204 = 3 [json_name = \"status_204\"];\n  }\n}";
    assert!(text.contains(response), "{text}");
}

const SMALL: &str = "paths:
  /t:
    get:
      operationId: get
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}}
components:
  schemas:
    T: {type: object, properties: {";

fn small(fields: &str) -> String {
    format!("{SMALL}{fields}}}}}\n")
}

/// The numbers of `T`, by name.
fn numbers(case: &Case) -> String {
    let message = case
        .contract
        .protobuf
        .messages
        .values()
        .find(|message| message.full_name.ends_with(".T"))
        .expect("T");
    let fields: Vec<String> =
        message.fields.iter().flatten().map(|field| format!("{}={}", field.name, field.number)).collect();
    fields.join(" ")
}

fn parse(text: &str) -> (Lock, Vec<polywire_diag::Diagnostic>) {
    let mut case = Case::default();
    let file = case.texts.add("polywire.lock", text);
    let lock = Lock::parse(file, text, &mut case.diags);
    (lock, case.diags)
}

#[test]
fn numbers_are_kept_and_never_given_out_twice() {
    let mut lock = Lock::default();
    let case = derived(&small("a: {type: string}, b: {type: string}"), &mut lock, LockMode::Grow);
    assert_eq!(numbers(&case), "a=1 b=2");
    let (mut lock, diags) = parse(&lock.write());
    assert!(diags.is_empty() && !lock.changed());
    // A new field in front gets the next number, and the removed one keeps its own.
    let case = derived(&small("c: {type: string}, a: {type: string}"), &mut lock, LockMode::Grow);
    assert_eq!(numbers(&case), "c=3 a=1");
    assert!(lock.changed());
    let (mut lock, _) = parse(&lock.write());
    let case = derived(&small("d: {type: string}, b: {type: string}"), &mut lock, LockMode::Grow);
    assert_eq!(numbers(&case), "d=4 b=2", "a name that comes back has its number again");
    assert!(lock.write().contains("removed:\n  shop.things.v1.T:\n    a: 1\n    c: 3\n"), "{}", lock.write());
}

#[test]
fn a_frozen_lock_gives_out_nothing() {
    let mut lock = Lock::default();
    derived(&small("a: {type: string}"), &mut lock, LockMode::Grow);
    let (mut lock, _) = parse(&lock.write());
    let case = derived(&small("a: {type: string}"), &mut lock, LockMode::Frozen);
    assert!(case.diags.is_empty(), "{}", case.rendered());
    let case = derived(&small("a: {type: string}, b: {type: string}"), &mut lock, LockMode::Frozen);
    let said: Vec<(&str, &str)> =
        case.diags.iter().map(|diag| (diag.code.id, diag.message.as_str())).collect();
    assert_eq!(said, [("PW-C0103", "`shop.things.v1.T.b` has no number in polywire.lock")]);
}

#[test]
fn the_lock_is_sorted_text_and_mistakes_in_it_are_told() {
    let mut lock = Lock::default();
    derived(&small("b: {type: string, enum: [x]}, a: {type: string}"), &mut lock, LockMode::Grow);
    let text = lock.write();
    assert!(text.ends_with(
        "polywire-lock: 1\nmessages:\n  shop.things.v1.T:\n    a: 2\n    b: 1\nenums:\n  shop.things.v1.TB:\n    TB_X: 1\n"
    ), "{text}");
    let said = |text: &str| {
        let (_, diags) = parse(text);
        diags.iter().map(|diag| format!("{} {}", diag.code.id, diag.message)).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        said("messages:\n  p.T:\n    a: 1\n    b: 1\n"),
        "PW-C0102 `a` and `b` of `p.T` have the number 1"
    );
    assert_eq!(
        said("messages: {p.T: {a: 1}}\nremoved: {p.T: {b: 1}}\n"),
        "PW-C0102 `a` of `p.T` has the number 1 of the removed `b`"
    );
    assert_eq!(said("messages: {p.T: {a: 19000}}\n"), "PW-C0101 expected a number that Protobuf allows here");
    assert_eq!(said("messages: {p.T: {a: 0}}\n"), "PW-C0101 expected a number that Protobuf allows here");
    assert_eq!(said("message: {}\n"), "PW-C0101 unknown key `message`; did you mean `messages`?");
    assert_eq!(said("polywire-lock: 2\n"), "PW-C0101 this version of the lock is not known");
    assert_eq!(said("[]\n"), "PW-C0101 expected a map, found a list");
    assert_eq!(said("moved: {p.T.a: b}\n"), "PW-C0104 the old name is not there");
    assert_eq!(
        said("messages: {p.T: {a: 1, b: 2}}\nmoved: {p.T.a: b}\n"),
        "PW-C0104 the new name has a number already"
    );
    assert_eq!(said(""), "");
}

#[test]
fn moved_names_keep_their_numbers() {
    let mut lock = Lock::default();
    derived(&small("a: {type: string}, b: {type: string}"), &mut lock, LockMode::Grow);
    let (mut lock, diags) = parse(&format!("{}moved:\n  shop.things.v1.T.b: c\n", lock.write()));
    assert!(diags.is_empty());
    let case = derived(&small("a: {type: string}, c: {type: string}"), &mut lock, LockMode::Grow);
    assert_eq!(numbers(&case), "a=1 c=2");
    let (lock, _) = parse("messages: {p.Old: {a: 7}}\nmoved: {p.Old: p.New}\n");
    assert!(lock.write().contains("  p.New:\n    a: 7\n") && lock.changed(), "{}", lock.write());
}

#[test]
fn deriving_twice_gives_the_same() {
    let mut lock = Lock::default();
    let first = derived(OUTCOMES, &mut lock, LockMode::Grow);
    let second = derived(OUTCOMES, &mut lock, LockMode::Frozen);
    assert_eq!(dump(&first.contract), dump(&second.contract));
    assert!(!second.has_errors());
}
