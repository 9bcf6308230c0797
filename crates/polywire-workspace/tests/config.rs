//! `polywire.yaml` in folders of cases, and that its three views stay one.

use std::{path::Path, time::Duration};

use polywire_diag::{Diagnostic, Format, SourceMap, render};
use polywire_syntax::{Limits, parse};
use polywire_testkit::{Golden, cases, fixtures};
use polywire_workspace::{
    CODES, ComponentSpec, ReadyCheck, Workspace,
    config::{Validate, ValidateResponse},
    json_schema, load, reference,
};

fn read(text: &str) -> (Option<Workspace>, Vec<Diagnostic>, SourceMap) {
    let mut sources = SourceMap::default();
    let mut diags = Vec::new();
    let file = sources.add("polywire.yaml", text);
    let node = parse(file, text, &Limits::default(), &mut diags).expect("the text is YAML");
    let workspace = load(file, &node, &mut diags);
    (workspace, diags, sources)
}

fn text_of(case: &str) -> String {
    std::fs::read_to_string(fixtures("workspace").join(case).join("polywire.yaml"))
        .expect("the case is there")
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let mut golden = Golden::default();
    for case in cases(&fixtures("workspace")) {
        let text = std::fs::read_to_string(case.join("polywire.yaml")).unwrap();
        let (workspace, diags, sources) = read(&text);
        assert_eq!(workspace.is_none(), diags.iter().any(Diagnostic::is_error), "{}", case.display());
        golden.check(&case.join("diag.txt"), &render(&sources, &diags, Format::Text { color: false }));
    }
    golden.finish();
}

#[test]
fn every_code_has_a_case_that_raises_it() {
    let folders = cases(&fixtures("workspace"));
    // Settings have cases of their own, with all their files.
    for code in CODES.iter().filter(|code| code.id.starts_with("PW-K00")) {
        assert!(code.page.starts_with(&format!("# {}: ", code.id)));
        let case = folders.iter().find(|folder| {
            folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(code.id))
        });
        let case = case.unwrap_or_else(|| panic!("{} has no case", code.id));
        let (_, diags, _) = read(&std::fs::read_to_string(case.join("polywire.yaml")).unwrap());
        assert!(diags.iter().any(|diag| diag.code.id == code.id), "{}", case.display());
    }
}

#[test]
fn every_key_reaches_its_field() {
    let (workspace, diags, _) = read(&text_of("whole"));
    assert!(diags.is_empty());
    let Workspace { name, components, bridge, operations, maps, config } = workspace.unwrap();
    assert_eq!(name, "shop");
    let [users, orders, pricing, mail] = components.as_slice() else { panic!("four components") };
    assert_eq!((users.validate, users.needs_port()), (Some(Validate::Observe), true));
    assert_eq!((orders.validate_response, orders.contracts.len()), (Some(ValidateResponse::Reject), 2));
    assert_eq!((pricing.at[1].value.as_str(), pricing.needs_port()), ("grpc://pricing:50051", false));
    assert_eq!(mail.uses[0].value, "orders");
    assert_eq!((bridge.listen.port(), bridge.admin.port()), (8088, 9099));
    assert_eq!((bridge.validate, bridge.validate_response), (Validate::Observe, ValidateResponse::Off));
    let policies = bridge.policies;
    assert_eq!(policies.timeout, Duration::from_millis(2500));
    assert_eq!((policies.limits.body_bytes_max, policies.limits.header_bytes_max), (16 << 20, 32 << 10));
    let breaker = policies.breaker;
    assert_eq!((breaker.failures_ratio, breaker.window), (0.25, Duration::from_secs(30)));
    assert_eq!((breaker.requests_min, breaker.reset), (20, Duration::from_secs(60)));
    let [user, status] = maps.as_slice() else { panic!("two maps") };
    assert_eq!(
        (user.from.text.as_str(), user.to.text.as_str(), user.fields.len()),
        ("User", "public.users", 7)
    );
    assert_eq!((user.drop[0].text.as_str(), status.values.len()), ("fax", 2));
    assert!(status.values[1].1.is_none());
    let config = config.unwrap();
    assert_eq!((config.source.value.as_str(), config.prefix.as_str()), ("shared/config.yaml", "SHOP"));
    assert_eq!(config.schema.unwrap().value, "shared/config.schema.json");
    let [json, prod, env] = config.emit.as_slice() else { panic!("three targets") };
    assert_eq!((json.target.value.as_str(), json.file.value.as_str()), ("json", "frontend/config.json"));
    assert_eq!(prod.environment.as_ref().unwrap().value, "prod");
    assert_eq!(prod.only.iter().map(|key| key.value.as_str()).collect::<Vec<_>>(), ["db", "log.level"]);
    let [(name, value)] = env.options.as_slice() else { panic!("one option") };
    assert_eq!((name.value.as_str(), value.value.as_str()), ("header", "no"));
    let [create] = operations.as_slice() else { panic!("one operation") };
    assert_eq!(create.operation.value, "users.createUser");
    assert_eq!(
        (create.validate, create.timeout),
        (Some(Validate::Enforce), Some(Duration::from_millis(250)))
    );
}

#[test]
fn components_become_processes() {
    let workspace = read(&text_of("whole")).0.unwrap();
    let spec = |index: usize, port| {
        ComponentSpec::from_component(&workspace.components[index], Path::new("/shop"), port)
    };
    let users = spec(0, Some(4000)).unwrap();
    assert_eq!(users.run, ["python3", "-u", "main file.py"]);
    assert_eq!(users.build.unwrap(), ["make", "all"]);
    assert_eq!(users.folder, Path::new("/shop/services/users"));
    let address = "127.0.0.1:4000".parse().unwrap();
    assert_eq!(users.ready, ReadyCheck::Http { address, path: "/health".into() });
    let pairs = [("LEVEL", "debug"), ("WORKERS", "4"), ("COLOR", "false")];
    assert_eq!(users.environment, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let orders = spec(1, Some(4001)).unwrap();
    assert_eq!(orders.run, ["./orders", "--port", "4001"]);
    assert_eq!((orders.ready, orders.uses.len()), (ReadyCheck::Line { text: "listening".into() }, 2));
    assert!(spec(2, None).is_none());
    assert_eq!(spec(3, Some(4002)).unwrap().ready, ReadyCheck::Line { text: "ready for mail".into() });
}

/// The defaults that the tables tell are those that lowering fills in.
#[test]
fn told_defaults_are_true() {
    let smallest = read(&text_of("smallest")).0.unwrap();
    let mut spelled = text_of("smallest");
    spelled.push_str("bridge:\n");
    let schema = json_schema();
    write_defaults(&schema["properties"]["bridge"], "  ", &mut spelled);
    assert!(spelled.contains("requests_min: 10") && spelled.contains("listen: 127.0.0.1:8080"));
    let spelled = read(&spelled).0.unwrap();
    assert_eq!(format!("{:?}", smallest.bridge), format!("{:?}", spelled.bridge));
    assert_eq!(
        schema["properties"]["components"]["additionalProperties"]["properties"]["path"]["default"],
        "."
    );
    assert_eq!(smallest.components[0].path, Path::new("."));
}

fn write_defaults(table: &serde_json::Value, indent: &str, text: &mut String) {
    for (key, schema) in table["properties"].as_object().expect("a table has keys") {
        if let Some(default) = schema["default"].as_str() {
            text.push_str(&format!("{indent}{key}: {default}\n"));
        } else if schema["properties"].is_object() {
            text.push_str(&format!("{indent}{key}:\n"));
            write_defaults(schema, &format!("{indent}  "), text);
        }
    }
}

#[test]
fn the_reference_page_is_current() {
    let mut golden = Golden::default();
    golden.check(&fixtures("").join("../docs/manual/polywire.yaml.md"), &reference());
    golden.finish();
}

/// Whatever stands in the file, it is a tree of values or diagnostics, never a panic.
#[test]
fn mutated_files_never_panic() {
    let text = text_of("whole");
    let tokens =
        ["=", "[", "{}", "'", "\"", "null", "1e9", "-", "$", "\\", ": ", "99999999999999999999h", "é"];
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for _ in 0..3000 {
        let mut mutated = text.clone();
        for _ in 0..=next(3) {
            let mut at = next(mutated.len());
            while !mutated.is_char_boundary(at) {
                at -= 1;
            }
            match next(2) {
                0 => mutated.insert_str(at, tokens[next(tokens.len())]),
                _ => {
                    mutated.remove(at);
                }
            }
        }
        let mut diags = Vec::new();
        let file = polywire_diag::FileId(0);
        if let Some(node) = parse(file, &mutated, &Limits::default(), &mut diags) {
            let before = diags.iter().filter(|diag| diag.is_error()).count();
            let workspace = load(file, &node, &mut diags);
            assert_eq!(workspace.is_none(), diags.iter().filter(|diag| diag.is_error()).count() > before);
        }
    }
}
