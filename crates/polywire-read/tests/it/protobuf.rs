//! Protobuf: fixtures, and texts in memory.

use std::collections::HashMap;

use polywire_contract::*;
use polywire_diag::{Diagnostic, FileId, SourceMap};
use polywire_read::{Missing, READERS, Sources};

use crate::cases::{mistakes_are_expected, models_are_expected};

/// Files of a table, looked up from the folder of the file that asks.
#[derive(Default)]
struct Table {
    map: SourceMap,
    texts: HashMap<String, String>,
    known: HashMap<String, FileId>,
}

impl Table {
    fn new(files: &[(&str, &str)]) -> Self {
        let texts = files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        Table { texts, ..Table::default() }
    }

    fn open(&mut self, name: &str) -> Result<FileId, Missing> {
        if let Some(file) = self.known.get(name) {
            return Ok(*file);
        }
        let text = self.texts.get(name).ok_or_else(|| Missing { reason: "no such file".into() })?;
        let file = self.map.add(name, text.clone());
        self.known.insert(name.into(), file);
        Ok(file)
    }
}

impl Sources for Table {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing> {
        let mut folder: Vec<&str> = self.map.name(from).split('/').collect();
        folder.pop();
        for part in path.split('/') {
            match part {
                ".." if folder.is_empty() => return Err(Missing { reason: "outside".into() }),
                ".." => drop(folder.pop()),
                part => folder.push(part),
            }
        }
        let name = folder.join("/");
        self.open(&name)
    }
}

fn read(files: &[(&str, &str)]) -> (Contract, Vec<Diagnostic>, SourceMap) {
    let mut table = Table::new(files);
    let mut contract = Contract::default();
    let mut diags = Vec::new();
    let reader = READERS.iter().find(|r| r.name() == "protobuf").expect("registered");
    let file = table.open(files[0].0).expect("the first file");
    reader.read(file, &mut table, &mut contract, &mut diags);
    (contract, diags, table.map)
}

/// Reads a body under the usual head; nothing may be wrong.
fn clean(body: &str) -> Contract {
    let (contract, diags, _) = read(&[("t.proto", &with_head(body))]);
    assert!(diags.is_empty(), "{diags:#?}");
    contract
}

fn with_head(body: &str) -> String {
    format!(
        "syntax = \"proto3\";\npackage t;\nimport \"google/api/annotations.proto\";\n\
         import \"google/api/field_behavior.proto\";\nimport \"buf/validate/validate.proto\";\n\
         import \"google/protobuf/any.proto\";\nimport \"google/protobuf/duration.proto\";\n\
         import \"google/protobuf/empty.proto\";\nimport \"google/protobuf/struct.proto\";\n\
         import \"google/protobuf/timestamp.proto\";\nimport \"google/protobuf/wrappers.proto\";\n{body}"
    )
}

fn type_named(contract: &Contract, name: &str) -> TypeId {
    let at = contract.types.iter().position(|ty| ty.name.as_deref() == Some(name));
    TypeId(at.unwrap_or_else(|| panic!("no type {name}")) as u32)
}

/// The checks of the field `f` of the message `M`, in words.
fn checks(field: &str) -> String {
    let contract = clean(&format!("message M {{ {field} }}\nenum E {{ A = 0; B = 1; C = 2; }}"));
    let record = contract.record(type_named(&contract, "t.proto#t.M")).expect("a record");
    let field = &record.fields[0];
    let ty = contract.ty(field.ty.id);
    let mut found: Vec<String> = ty.checks.iter().map(|(check, _)| show(check)).collect();
    if field.required {
        found.insert(0, "required".into());
    }
    if let Shape::Enum(values) = &ty.shape {
        found.push(if values.open { "open" } else { "closed" }.into());
    }
    let inner = match &ty.shape {
        Shape::List(item) => vec![item.id],
        Shape::Map { key, value } => vec![*key, value.id],
        _ => vec![],
    };
    for id in inner {
        found.push(format!(
            "[{}]",
            contract.ty(id).checks.iter().map(|(c, _)| show(c)).collect::<Vec<_>>().join(" ")
        ));
    }
    found.join(" ")
}

fn show(check: &Check) -> String {
    let literals = |items: &[Literal]| {
        let items = items.iter().map(|node| match &node.value {
            polywire_syntax::Value::Text(text) => text.clone(),
            polywire_syntax::Value::Number(number) => number.0.clone(),
            polywire_syntax::Value::Bool(value) => value.to_string(),
            other => format!("{other:?}"),
        });
        items.collect::<Vec<_>>().join(",")
    };
    match check {
        Check::Among(items) => format!("enum={}", literals(items)),
        Check::NotAmong(items) => format!("not={}", literals(items)),
        Check::MinLength(n) | Check::MaxLength(n) | Check::MinItems(n) | Check::MaxItems(n) => {
            format!("{}={n}", check.rule())
        }
        Check::MinProperties(n) | Check::MaxProperties(n) => format!("{}={n}", check.rule()),
        Check::Pattern(text) | Check::Format(text) => format!("{}={text}", check.rule()),
        Check::Minimum(n) | Check::Maximum(n) | Check::MultipleOf(n) => format!("{}={}", check.rule(), n.0),
        Check::ExclusiveMinimum(n) | Check::ExclusiveMaximum(n) => format!("{}={}", check.rule(), n.0),
        Check::UniqueItems => check.rule().into(),
        Check::Proto(ProtoRule::WellKnown(form)) => format!("format={form}"),
        Check::Proto(rule) => format!("{}={rule:?}", rule.rule()),
    }
}

/// The contract of a folder: a file with its name, or `contract.proto`.
pub(crate) fn proto_of(folder: &std::path::Path) -> Option<String> {
    let own = format!("{}.proto", folder.file_name()?.to_string_lossy());
    [own, "contract.proto".to_string()].into_iter().find(|name| folder.join(name).exists())
}

#[test]
fn contracts_become_the_model_that_is_expected() {
    models_are_expected(proto_of);
}

#[test]
fn mistakes_are_said_as_expected() {
    // Contracts of other crates' mistakes are in Protobuf, too.
    mistakes_are_expected(|folder| {
        let of_a_reader = folder.file_name()?.to_string_lossy().starts_with("PW-R");
        proto_of(folder).filter(|_| of_a_reader)
    });
}

#[test]
fn standard_rules_are_checks() {
    let v = "(buf.validate.field)";
    let cases = [
        (format!("int32 f = 1 [{v}.int32 = {{gt: 0, lte: 1000}}];"), "maximum=1000 exclusiveMinimum=0"),
        (format!("int64 f = 1 [{v}.int64.gt = 0];"), "exclusiveMinimum=0"),
        (format!("double f = 1 [{v}.double = {{gte: 0.5, lt: 2}}];"), "exclusiveMaximum=2 minimum=0.5"),
        (format!("string f = 1 [{v}.string = {{min_len: 1, max_len: 64}}];"), "minLength=1 maxLength=64"),
        (format!("string f = 1 [{v}.string.len = 3];"), "minLength=3 maxLength=3"),
        (format!("string f = 1 [{v}.string.email = true];"), "format=email"),
        (format!("string f = 1 [{v}.string.email = false];"), ""),
        (format!("string f = 1 [{v}.string.uri_ref = true];"), "format=uri_ref"),
        (format!("string f = 1 [{v}.string.pattern = \"^a+$\"];"), "pattern=^a+$"),
        (format!("string f = 1 [{v}.string.prefix = \"a.\"];"), "pattern=^a\\."),
        (format!("string f = 1 [{v}.string = {{in: [\"a\", \"b\"]}}];"), "enum=a,b"),
        (format!("string f = 1 [{v}.string.const = \"a\"];"), "enum=a"),
        (format!("uint32 f = 1 [{v}.uint32 = {{not_in: [1, 2]}}];"), "not=1,2"),
        (format!("bytes f = 1 [{v}.bytes = {{min_len: 1, max_len: 2}}];"), "minLength=1 maxLength=2"),
        (format!("bool f = 1 [{v}.bool.const = true];"), "enum=true"),
        (format!("E f = 1 [{v}.enum.defined_only = true];"), "closed"),
        (format!("E f = 1 [{v}.enum = {{in: [1, 2]}}];"), "enum=B,C open"),
        (format!("E f = 1 [{v}.required = true];"), "not=A open"),
        (format!("string f = 1 [{v}.required = true];"), "minLength=1"),
        (format!("optional string f = 1 [{v}.required = true];"), "required"),
        (format!("M f = 1 [{v}.required = true];"), "required"),
        (format!("repeated string f = 1 [{v}.required = true];"), "minItems=1 []"),
        (
            format!(
                "repeated string f = 1 [{v}.repeated = {{min_items: 1, max_items: 2, unique: true, items: {{string: {{min_len: 3}}}}}}];"
            ),
            "minItems=1 maxItems=2 uniqueItems [minLength=3]",
        ),
        (
            format!(
                "map<string, int32> f = 1 [{v}.map = {{min_pairs: 1, keys: {{string: {{max_len: 9}}}}, values: {{int32: {{gt: 1}}}}}}];"
            ),
            "minProperties=1 [maxLength=9] [exclusiveMinimum=1]",
        ),
        (format!("google.protobuf.Int64Value f = 1 [{v}.int64.gt = 0];"), "exclusiveMinimum=0"),
        (format!("string f = 1 [{v}.ignore = IGNORE_ALWAYS, {v}.string.min_len = 1];"), ""),
        (
            format!("optional string f = 1 [{v}.ignore = IGNORE_IF_ZERO_VALUE, {v}.string.min_len = 2];"),
            "minLength=2 unlessZero=UnlessZero",
        ),
        (format!("string f = 1 [{v}.string.min_bytes = 1];"), "minBytes=MinBytes(1)"),
        (format!("string f = 1 [{v}.string.pattern = \"(?i)x\"];"), "pattern=Re2(\"(?i)x\")"),
        (format!("string f = 1 [{v}.string.host_and_port = true];"), "format=host_and_port"),
        (
            format!("string f = 1 [{v}.string.well_known_regex = KNOWN_REGEX_HTTP_HEADER_NAME];"),
            "format=header_name",
        ),
        (format!("double f = 1 [{v}.double.finite = true];"), "finite=Finite"),
        (
            format!("int32 f = 1 [{v}.int32 = {{gt: 10, lt: 1}}];"),
            "outside=Outside { below: (Number(\"1\"), false), above: (Number(\"10\"), false) }",
        ),
        (
            format!(
                "google.protobuf.Duration f = 1 [{v}.duration = {{gt: {{seconds: 1, nanos: 500000000}}}}];"
            ),
            "exclusiveMinimum=1.5",
        ),
        (
            format!(
                "google.protobuf.Timestamp f = 1 [{v}.timestamp = {{lt_now: true, within: {{seconds: 60}}}}];"
            ),
            "past=Past withinNow=WithinNow(Number(\"60\"))",
        ),
        (
            format!("google.protobuf.Timestamp f = 1 [{v}.timestamp.const = {{seconds: 1}}];"),
            "enum=1970-01-01T00:00:01Z",
        ),
        (
            format!("bytes f = 1 [{v}.bytes = {{prefix: \"a\", ipv4: true}}];"),
            "prefix=Prefix([97]) sizes=Sizes([4])",
        ),
        (format!("E f = 1 [{v}.enum.not_in = 7];"), "not=7 open"),
    ];
    for (field, expected) in cases {
        assert_eq!(checks(&field), expected, "{field}");
    }
}

/// What is said about a text, as `code line:column message`.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let (_, diags, map) = read(files);
    diags
        .iter()
        .map(|d| {
            let span = d.labels[0].span;
            let (line, column) = map.position(span.file, span.start);
            format!("{} {}:{line}:{column} {}", d.code.id, map.name(span.file), d.message)
        })
        .collect()
}

#[test]
fn rules_without_a_check_are_named() {
    let v = "(buf.validate.field)";
    let cases = [
        (
            format!("string f = 1 [{v}.cel = {{id: \"x\", expression: \"true\"}}];"),
            "PW-R0210 the rule `x` is written in CEL and is not checked",
        ),
        (
            format!("int32 f = 1 [{v}.string.min_len = 1];"),
            "PW-R0211 `string` rules do not belong to the type of this field",
        ),
    ];
    for (field, expected) in cases {
        let (_, diags, map) = read(&[("t.proto", &with_head(&format!("message M {{ {field} }}")))]);
        assert_eq!(diags.len(), 1, "{field} {diags:#?}");
        assert_eq!(format!("{} {}", diags[0].code.id, diags[0].message), expected);
        let span = diags[0].labels[0].span;
        assert!(
            map.text(span.file)[span.start as usize..span.end as usize].contains("buf.validate"),
            "{field}"
        );
    }
}

#[test]
fn mistakes_are_told_at_their_place() {
    let check = |text: &str, expected: &[&str]| assert_eq!(said(&[("a/t.proto", text)]), expected, "{text}");
    check(
        "syntax = \"proto3\";\nmessage A {",
        &[
            "PW-R0201 a/t.proto:2:12 expected a message field, oneof, reserved range, enum, message, option or `}`, but reached end of file",
        ],
    );
    check(
        "syntax = \"proto3\"; // ä\nmessage A {\n  /* ä */ Nope a = 1;\n  Nix b = 2;\n}",
        &[
            "PW-R0204 a/t.proto:3:11 name `Nope` is not defined",
            "PW-R0204 a/t.proto:4:3 name `Nix` is not defined",
        ],
    );
    check(
        "syntax = \"proto3\";\nimport \"x/none.proto\";",
        &["PW-R0202 a/t.proto:2:1 import `x/none.proto` cannot be loaded: no such file"],
    );
    check(
        "syntax = \"proto3\";\nimport \"t.proto\";",
        &["PW-R0203 a/t.proto:2:1 imports in a circle: a/t.proto -> a/t.proto"],
    );
    check(
        &format!("syntax = \"proto3\";\nmessage A {}", "{".repeat(100)),
        &["PW-R0205 a/t.proto:2:75 nested more than 64 deep"],
    );
}

#[test]
fn imports_are_found_upwards_and_types_are_read_once() {
    let common = "syntax = \"proto3\"; package shop; message Money { string amount = 1; }";
    let orders =
        "syntax = \"proto3\"; package shop; import \"shop/common.proto\"; message Order { Money total = 1; }";
    let users =
        "syntax = \"proto3\"; package shop; import \"shop/common.proto\"; message User { Money debt = 1; }";
    let files = [
        ("protos/shop/orders.proto", orders),
        ("protos/shop/users.proto", users),
        ("protos/shop/common.proto", common),
    ];
    let mut table = Table::new(&files);
    let mut contract = Contract::default();
    let mut diags = Vec::new();
    for (name, _) in files {
        let file = table.open(name).expect("there");
        READERS.iter().find(|r| r.name() == "protobuf").expect("registered").read(
            file,
            &mut table,
            &mut contract,
            &mut diags,
        );
    }
    assert!(diags.is_empty(), "{diags:#?}");
    let named: Vec<&str> = contract.types.iter().filter_map(|ty| ty.name.as_deref()).collect();
    assert_eq!(named, ["orders.proto#shop.Order", "common.proto#shop.Money", "users.proto#shop.User"]);
}

#[test]
fn fields_keep_names_numbers_and_presence() {
    let contract = clean(
        "message M {\n  // The name.\n  string user_name = 3;\n  optional int64 big = 1;\n  repeated int32 packed = 4;\n\
         repeated string texts = 5;\n  map<int32, M> children = 6;\n  google.protobuf.Timestamp at = 7;\n\
         google.protobuf.StringValue maybe = 8;\n  google.protobuf.Struct free = 9;\n\
         oneof choice { option (buf.validate.oneof).required = true; sint32 a = 10; M b = 11; }\n\
         string secret = 12 [json_name = \"hidden\", deprecated = true];\n\
         string made = 13 [(google.api.field_behavior) = OUTPUT_ONLY]; }",
    );
    let id = type_named(&contract, "t.proto#t.M");
    let record = contract.record(id).expect("a record");
    let message = &contract.protobuf.messages[&id];
    assert_eq!(message.full_name, "t.M");
    assert!(message.proto_json);
    let shown: Vec<String> = record
        .fields
        .iter()
        .zip(&message.fields)
        .map(|(field, proto)| {
            let proto = proto.as_ref().expect("carried");
            let mut text = format!("{} {} {:?}", field.name, proto.number, proto.kind);
            text += if proto.implicit { " implicit" } else { "" };
            text += if proto.packed { " packed" } else { "" };
            text += if field.ty.nullable { " nullable" } else { "" };
            text + &proto.key.map(|key| format!(" key {key:?}")).unwrap_or_default()
        })
        .collect();
    assert_eq!(
        shown,
        [
            "userName 3 String implicit",
            "big 1 Int64",
            "packed 4 Int32 packed",
            "texts 5 String",
            "children 6 Message key Int32",
            "at 7 Message",
            "maybe 8 Message nullable",
            "free 9 Message",
            "a 10 Sint32",
            "b 11 Message",
            "hidden 12 String implicit",
            "made 13 String implicit",
        ]
    );
    assert_eq!(record.fields[0].alias.as_deref(), Some("user_name"));
    assert_eq!(record.fields[0].doc, "The name.");
    assert!(record.fields[10].deprecated && record.fields[11].read_only);
    assert_eq!(record.exclusive.len(), 1);
    assert_eq!((record.exclusive[0].fields.as_slice(), record.exclusive[0].required), (&[8, 9][..], true));
}

#[test]
fn an_any_is_a_sum_of_the_messages_of_the_contract() {
    let contract = clean("message M { google.protobuf.Any a = 1; string b = 2; }");
    let id = type_named(&contract, "t.proto#t.M");
    let field = contract.record(id).expect("a record").fields[0].ty.id;
    let Shape::Sum(sum) = &contract.ty(field).shape else { panic!("no sum") };
    assert_eq!(sum.tag.as_deref(), Some("@type"));
    let own = sum.variants.iter().find(|variant| variant.ty == id).expect("its own message");
    assert_eq!(own.tags, ["type.googleapis.com/t.M"]);
    assert!(sum.variants.iter().any(|variant| variant.name == "google.protobuf.StringValue"));
}

#[test]
fn well_known_messages_are_taken_and_answered_by_methods() {
    let contract = clean(
        "service S { rpc A(google.protobuf.Struct) returns (google.protobuf.Timestamp);
         rpc B(google.protobuf.StringValue) returns (google.protobuf.Empty); }",
    );
    assert_eq!(contract.operations.len(), 2);
    let input = contract.operations[0].input;
    assert!(matches!(contract.ty(input).shape, Shape::Map { .. }));
    assert_eq!(contract.protobuf.messages[&input].full_name, "google.protobuf.Struct");
    assert_eq!(contract.operations[0].http[0].body, BodyBinding::Fields { ty: None });
}

#[test]
fn required_behaviour_is_of_requests() {
    let contract = clean(
        "message Get { string id = 1 [(google.api.field_behavior) = REQUIRED]; Book book = 2; }
         message Book { string title = 1 [(google.api.field_behavior) = REQUIRED]; }
         service S { rpc G(Get) returns (Book); }",
    );
    let field = |name| contract.record(type_named(&contract, name)).expect("a record").fields[0].clone();
    assert!(field("t.proto#t.Get").required_on_request && !field("t.proto#t.Get").required);
    assert!(!field("t.proto#t.Book").required_on_request);
}

#[test]
fn extensions_are_fields_with_their_names_in_brackets() {
    let text = "syntax = \"proto2\";\npackage t;\nmessage M { extensions 100 to max; }\n\
        extend M { optional string note = 100; repeated int32 many = 101; }";
    let (contract, diags, _) = read(&[("t.proto", text)]);
    assert!(diags.is_empty(), "{diags:#?}");
    let id = type_named(&contract, "t.proto#t.M");
    let names: Vec<&str> =
        contract.record(id).expect("a record").fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["[t.note]", "[t.many]"]);
    let numbers: Vec<u32> =
        contract.protobuf.messages[&id].fields.iter().flatten().map(|field| field.number).collect();
    assert_eq!(numbers, [100, 101]);
}

const ORDERS: &str = "service Orders {
  // Places one.
  rpc Place(Order) returns (Order) { option (google.api.http) = {post: \"/orders\" body: \"*\" additional_bindings {put: \"/shops/{shop}/orders/{item.id}:now\" body: \"item\" response_body: \"item\"}}; }
  rpc Find(Order) returns (stream Order) { option (google.api.http).get = \"/orders/{shop=shops/*/**}\"; }
  rpc Plain(google.protobuf.Empty) returns (google.protobuf.Empty) { option idempotency_level = IDEMPOTENT; }
}
message Order { string shop = 1; Item item = 2; int32 page = 3; }
message Item { string id = 1; }";

#[test]
fn methods_are_bound_to_http_and_grpc() {
    let contract = clean(ORDERS);
    assert_eq!(
        (contract.interfaces[0].name.as_str(), contract.interfaces[0].service.as_deref()),
        ("Orders", Some("t.Orders"))
    );
    let place = contract.operation(contract.find_operation("Orders.Place").expect("there"));
    assert_eq!((place.doc.as_str(), place.effect, place.http.len()), ("Places one.", Effect::Once, 2));
    assert_eq!(place.http[0].body, BodyBinding::Fields { ty: None });
    assert_eq!(place.http[0].places, vec![Place::Body; 3]);
    let put = &place.http[1];
    assert_eq!(
        (put.body.clone(), put.response_field, put.verb.as_deref()),
        (BodyBinding::Field(1), Some(1), Some("now"))
    );
    assert!(matches!(
        put.places[..],
        [Place::Path { .. }, Place::Body, Place::Query { style: Style::Dotted, .. }]
    ));
    assert_eq!(
        put.path[3],
        Segment::Field { prefix: String::new(), field: vec![1, 0], suffix: String::new() }
    );
    assert_eq!(place.grpc.as_ref().map(|g| g.path.as_str()), Some("/t.Orders/Place"));
    assert_eq!(
        place.outcomes.iter().map(|o| (o.status, o.ok, o.media.len())).collect::<Vec<_>>(),
        [(Status::Exact(200), true, 1), (Status::Default, false, 0)]
    );
    let find = contract.operation(contract.find_operation("Orders.Find").expect("there"));
    assert_eq!((find.streaming, find.effect), (Streaming::Server, Effect::Safe));
    assert!(
        matches!(&find.http[0].path[1], Segment::Wildcard { field, pattern } if field == &[0] && pattern.len() == 3)
    );
    let plain = contract.operation(contract.find_operation("orders.plain").expect("by words"));
    assert_eq!(plain.effect, Effect::Idempotent);
    assert_eq!(plain.http[0].path, [Segment::Literal("t.Orders".into()), Segment::Literal("Plain".into())]);
}

#[test]
fn wrong_http_rules_are_told() {
    let check = |rule: &str, expected: &str| {
        let body = format!(
            "service S {{ rpc M(A) returns (A) {{ option (google.api.http) = {{{rule}}}; }} }}\n\
             message A {{ string id = 1; map<string, string> labels = 2; repeated A more = 3; }}"
        );
        let (_, diags, _) = read(&[("t.proto", &with_head(&body))]);
        let found: Vec<String> = diags.iter().map(|d| format!("{} {}", d.code.id, d.message)).collect();
        assert_eq!(found.join("\n"), expected, "{rule}");
    };
    check("post: \"/a\" body: \"*\"", "");
    check("get: \"/a/{ib}\"", "PW-R0212 path template `/a/{ib}`: `t.A` has no field `ib`");
    check("get: \"/a/{id\"", "PW-R0212 path template `/a/{id`: `{` without `}`");
    check(
        "get: \"/a/{more}\"",
        "PW-R0212 path template `/a/{more}`: `more` is repeated and cannot stand in a path",
    );
    check("post: \"/a\" body: \"no\"", "PW-R0212 `t.A` has no field `no`");
    check("body: \"*\"", "PW-R0212 a rule needs one of get, put, post, delete, patch, custom");
    check("get: \"/a\"", "PW-R0213 fields `labels`, `more` have no place in the query of GET");
}

#[test]
fn broken_texts_never_panic() {
    let v = "(buf.validate.field)";
    let whole = with_head(&format!(
        "{ORDERS}\nmessage V {{ repeated string a = 1 [{v}.repeated = {{items: {{string: {{min_len: 3}}}}}}];\n\
         map<string, E> b = 2 [{v}.map.values.enum.defined_only = true]; oneof c {{ int32 d = 3; }} reserved 4 to 9; }}\n\
         enum E {{ E_NONE = 0; E_ONE = 1; }}"
    ));
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let pieces = [
        "{",
        "}",
        "\"",
        ";",
        "=",
        "0",
        "-1",
        "99999999999999999999",
        "message",
        "stream",
        "/*",
        "ä",
        "\\",
        "[",
        "",
        "/{",
    ];
    for _ in 0..400 {
        let mut text = whole.clone();
        for _ in 0..=random(3) {
            let mut at = random(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + random(12)).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(at..end, pieces[random(pieces.len())]);
        }
        let (_, diags, map) = read(&[("t.proto", &text)]);
        for label in diags.iter().flat_map(|d| &d.labels) {
            let length = map.text(label.span.file).len() as u32;
            assert!(label.span.start <= label.span.end && label.span.end <= length, "{text}");
        }
    }
}

#[test]
fn fields_marked_for_redaction_are_sensitive() {
    let contract = clean("message M { string secret = 1 [debug_redact = true]; string open = 2; }");
    let record = contract.record(type_named(&contract, "t.proto#t.M")).expect("a record");
    let sensitive = |at: usize| contract.ty(record.fields[at].ty.id).sensitive;
    assert!(sensitive(0) && !sensitive(1));
}

#[test]
fn what_is_not_proto3_is_said_or_read() {
    assert!(said(&[("t.proto", "edition = \"2023\";\nmessage M {}")]).is_empty());
    let edition = said(&[("t.proto", "edition = \"2099\";\nmessage M {}")]);
    assert!(edition[0].starts_with("PW-R0201 t.proto:1:1"), "{edition:?}");
    let group = "syntax = \"proto2\";\nmessage M {\n  optional group G = 1 { optional string a = 1; }\n}";
    assert!(said(&[("t.proto", group)]).is_empty());
    let through = [
        ("t.proto", "syntax = \"proto3\"; import public \"b.proto\"; message M { B b = 1; }"),
        ("b.proto", "syntax = \"proto3\"; import public \"c.proto\";"),
        ("c.proto", "syntax = \"proto3\"; message B {}"),
    ];
    assert!(said(&through).is_empty());
}
