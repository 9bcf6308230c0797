//! What is printed is what is expected, and can be read again.

use std::collections::BTreeSet;
use std::path::Path;

use polywire_contract::{Contract, Lock, LockMode, dump};
use polywire_emit::Files;
use polywire_testkit::{Golden, cases, fixtures};

use crate::cases::{Case, Texts, contract_of};

fn check_files(golden: &mut Golden, folder: &Path, files: &Files) {
    std::fs::create_dir_all(folder).expect("a folder for golden files");
    for (path, text) in files.iter() {
        golden.check(&folder.join(path), text);
    }
}

#[test]
fn contracts_are_printed_as_expected() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("contracts")) {
        let Some(name) = contract_of(&folder) else { continue };
        let mut case = Case { texts: Texts::below(&folder), ..Case::default() };
        case.read(&name);
        let mut lock = Lock::default();
        case.derive(&mut lock, LockMode::Grow);
        if lock.changed() {
            golden.check(&folder.join("polywire.lock"), &lock.write());
        }
        let protobuf = case.emit("protobuf");
        check_files(&mut golden, &folder.join("emit/protobuf"), &protobuf);
        let openapi = case.emit("openapi");
        check_files(&mut golden, &folder.join("emit/openapi"), &openapi);
        assert!(!case.has_errors(), "{}", case.rendered());
        protobuf_is_read_again(&folder, &case.contract, &protobuf);
        openapi_is_read_again(&folder, &openapi);
    }
    golden.finish();
}

/// Names, numbers and kinds of every message that is printed, sorted.
fn messages(contract: &Contract) -> Vec<String> {
    let mut found = Vec::new();
    for message in contract.protobuf.messages.values() {
        for field in message.fields.iter().flatten() {
            let key = field.key.map(|key| format!(" by {key:?}")).unwrap_or_default();
            found.push(format!(
                "{} {} {} {:?}{key} implicit {} packed {}",
                message.full_name, field.number, field.name, field.kind, field.implicit, field.packed
            ));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn methods(contract: &Contract) -> Vec<String> {
    let found = contract.operations.iter().filter_map(|operation| operation.grpc.as_ref());
    found.map(|grpc| grpc.path.clone()).collect()
}

fn protobuf_is_read_again(folder: &Path, before: &Contract, files: &Files) {
    let mut again = Case::default();
    for (path, text) in files.iter() {
        again.texts.add(path, text);
    }
    for (path, _) in files.iter() {
        again.read(path);
    }
    assert!(!again.has_errors(), "{}:\n{}", folder.display(), again.rendered());
    let known: BTreeSet<String> = messages(before).into_iter().collect();
    let lost: Vec<String> =
        messages(&again.contract).into_iter().filter(|line| !known.contains(line)).collect();
    assert!(lost.is_empty(), "{}: {lost:#?}", folder.display());
    let sorted = |contract| methods(contract).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(sorted(&again.contract), sorted(before), "{}", folder.display());
}

fn openapi_is_read_again(folder: &Path, files: &Files) {
    let mut again = Case::default();
    for (path, text) in files.iter() {
        again.texts.add(path, text);
        again.read(path);
    }
    assert!(!again.has_errors(), "{}:\n{}\n{}", folder.display(), again.rendered(), dump(&again.contract));
}

/// The contracts of the quickstart, as one workspace.
fn quickstart() -> Case {
    let root = fixtures("../examples/quickstart");
    let mut case = Case { texts: Texts::below(&root), ..Case::default() };
    for name in ["users/openapi.yaml", "catalog/openapi.yaml", "orders/orders.proto"] {
        case.read(name);
    }
    case
}

#[test]
fn the_quickstart_has_the_derived_services_that_its_stubs_are_built_from() {
    let mut case = quickstart();
    let mut lock = Lock::default();
    case.derive(&mut lock, LockMode::Grow);
    assert!(case.diags.is_empty(), "{}", case.rendered());
    let files = case.emit("protobuf");
    let names: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(names, ["shop.catalog.v1.proto", "shop.orders.v1.proto", "shop.users.v1.proto"]);
    assert_eq!(
        methods(&case.contract),
        [
            "/shop.users.v1.Users/ListUsers",
            "/shop.users.v1.Users/CreateUser",
            "/shop.users.v1.Users/GetUser",
            "/shop.catalog.v1.Catalog/SearchProducts",
            "/shop.catalog.v1.Catalog/GetProduct",
            "/shop.orders.v1.OrderService/PlaceOrder",
            "/shop.orders.v1.OrderService/GetOrder",
            "/shop.orders.v1.OrderService/ListOrders",
        ]
    );
    let root = fixtures("../examples/quickstart");
    let mut golden = Golden::default();
    golden.check(&root.join("polywire.lock"), &lock.write());
    for name in ["shop.catalog.v1.proto", "shop.users.v1.proto"] {
        golden.check(&root.join("orders/proto").join(name), files.get(name).expect("printed"));
    }
    golden.finish();
    let users = files.get("shop.users.v1.proto").expect("printed");
    for line in [
        "  rpc GetUser(GetUserRequest) returns (User) {",
        "message GetUserRequest {\n  int64 id = 1;\n}",
        "  optional int32 page = 1;",
        "  google.protobuf.Timestamp created_at = 4 [json_name = \"created_at\"];",
    ] {
        assert!(users.contains(line), "{line}\n{users}");
    }
}

/// The contract of a case of `fixtures/errors` whose mistake is seen after reading: with a frozen lock where it has one.
fn later(folder: &Path) -> Option<Case> {
    let mut case = Case { texts: Texts::below(folder), ..Case::default() };
    let contract = ["contract.yaml", "contract.proto"].into_iter().find(|name| folder.join(name).exists());
    let name = folder.file_name()?.to_string_lossy().to_string();
    if !name.starts_with("PW-C") && !name.starts_with("PW-E") {
        return None;
    }
    let (mut lock, mut mode) = (Lock::default(), LockMode::Grow);
    if let Ok(file) = case.texts.open("polywire.lock") {
        let text = polywire_read::Sources::map(&case.texts).text(file).to_string();
        lock = Lock::parse(file, &text, &mut case.diags);
        mode = LockMode::Frozen;
    }
    if let Some(contract) = contract {
        case.read(contract);
        case.derive(&mut lock, mode);
        case.emit("protobuf");
        case.emit("openapi");
    }
    Some(case)
}

#[test]
fn mistakes_are_said_as_expected() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("errors")) {
        let Some(case) = later(&folder) else { continue };
        let name = folder.file_name().map(|name| name.to_string_lossy().to_string()).unwrap_or_default();
        assert!(case.diags.iter().all(|one| name.starts_with(one.code.id)), "{name}: {}", case.rendered());
        assert!(!case.diags.is_empty(), "{name}");
        golden.check(&folder.join("diag.txt"), &case.rendered());
    }
    golden.finish();
}

#[test]
fn a_large_description_has_a_derived_contract_that_compiles() {
    let Some(root) = polywire_testkit::suites("openapi/large") else { return };
    let mut case = Case { texts: Texts::below(&root), ..Case::default() };
    case.read("api.github.com.yaml");
    assert!(!case.has_errors());
    let mut lock = Lock::default();
    case.derive(&mut lock, LockMode::Grow);
    assert!(!case.has_errors());
    let files = case.emit("protobuf");
    protobuf_is_read_again(&root, &case.contract, &files);
    let openapi = case.emit("openapi");
    openapi_is_read_again(&root, &openapi);
}
