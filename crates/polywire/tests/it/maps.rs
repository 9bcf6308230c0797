//! Maps between types: what is proposed, in the way, confirmed, and what polywire.lock holds then.

use std::fs;
use std::path::Path;

use polywire_testkit::{Golden, cases, fixtures};

use crate::harness::{Said, command, polywire};

/// Runs a command where continuous integration is not.
fn run(arguments: &[&str], folder: &Path) -> Said {
    let output = command(arguments, folder).env_remove("CI").output().expect("the binary starts");
    Said {
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn shown(said: &Said) -> String {
    format!("{}{}exit {}\n", said.stdout, said.stderr, said.exit)
}

/// The inputs of a case in a folder that may be written to.
fn copy(case: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    for entry in fs::read_dir(case).expect("the case is there").flatten() {
        if entry.path().extension().is_some_and(|extension| extension != "txt") {
            fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("it can be copied");
        }
    }
    folder
}

#[test]
fn every_case_is_told_and_confirmed_as_expected() {
    let mut golden = Golden::default();
    for case in cases(&fixtures("maps")) {
        let folder = copy(&case);
        let lock = folder.path().join("polywire.lock");
        golden.check(&case.join("check.txt"), &shown(&run(&["check"], folder.path())));
        let before = fs::read_to_string(&lock).unwrap_or_default();
        let accepted = run(&["check", "--accept"], folder.path());
        golden.check(&case.join("accept.txt"), &shown(&accepted));
        let after = fs::read_to_string(&lock).unwrap_or_default();
        let said = if before == after { "unchanged\n" } else { after.as_str() };
        golden.check(&case.join("lock.txt"), said);
        let again = run(&["check", "--accept"], folder.path());
        assert_eq!(fs::read_to_string(&lock).unwrap_or_default(), after, "{}", case.display());
        if accepted.exit == 0 {
            let check = run(&["check"], folder.path());
            assert_eq!((check.exit, check.stdout.as_str()), (0, ""), "{}", case.display());
            assert!(again.stderr.contains("nothing had to be confirmed"), "{}", again.stderr);
        }
    }
    golden.finish();
}

#[test]
fn names_in_the_lock_do_not_depend_on_where_the_command_runs() {
    let folder = copy(&fixtures("maps").join("users"));
    let above = folder.path().parent().expect("a folder lies in one").to_path_buf();
    let name = folder.path().file_name().and_then(|name| name.to_str()).expect("it is text").to_string();
    assert_eq!(run(&["check", "--accept", &name], &above).exit, 0);
    let check = run(&["check"], folder.path());
    assert_eq!((check.exit, check.stdout.as_str()), (0, ""), "{}", check.stderr);
}

#[test]
fn continuous_integration_never_confirms() {
    let folder = copy(&fixtures("maps").join("users"));
    let said = command(&["check", "--accept"], folder.path()).env("CI", "true").output().expect("it starts");
    let stderr = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.code() == Some(1) && stderr.contains("CI never writes polywire.lock"), "{stderr}");
    assert!(!folder.path().join("polywire.lock").exists());
}

#[test]
fn programs_get_the_proposals_as_json() {
    let folder = copy(&fixtures("maps").join("users"));
    let said = run(&["check", "--accept", "--format", "json"], folder.path());
    let found: serde_json::Value =
        serde_json::from_str(said.stdout.lines().next().expect("a line")).expect("it is JSON");
    let entries = found["maps"][0]["pairs"][0]["entries"].as_array().expect("entries");
    let created = entries.iter().find(|entry| entry["to"] == "created_at").expect("it is there");
    assert_eq!((created["from"].as_str(), created["why"].as_str()), (Some("createdAt"), Some("same words")));
}

#[test]
fn maps_are_confirmed_in_a_workspace() {
    let said = polywire(&["check", "--accept", "openapi.yaml"], &fixtures("maps").join("users"));
    assert!(said.exit == 2 && said.stderr.contains("is no workspace"), "{}", said.stderr);
}

const TO_ROW: &[&str] =
    &["transcode", "--type", "User", "--to-type", "users", "--from", "json", "--to", "json"];

#[test]
fn transcode_refuses_a_map_that_nobody_has_confirmed() {
    let folder = copy(&fixtures("maps").join("users"));
    let said = run(TO_ROW, folder.path());
    assert_eq!((said.exit, said.stdout.as_str()), (1, ""));
    for part in [
        "  e-mail         e_mail       same words             refused: where absent, length at most 254\n",
        "  fax            — (dropped)  written                lost: on purpose\n",
        "error: nobody has confirmed the map from `User` to `users`\n",
        "`polywire check --accept`",
    ] {
        assert!(said.stderr.contains(part), "{part} is not in {}", said.stderr);
    }
}

#[test]
fn transcode_without_a_workspace_shows_what_to_write() {
    let folder = copy(&fixtures("maps").join("flat"));
    let arguments = [
        "transcode",
        "--contract",
        "orders.proto",
        "--contract",
        "rows.yaml",
        "--type",
        "Row",
        "--to-type",
        "shop.Order",
        "--from",
        "json",
        "--to",
        "json",
    ];
    let said = run(&arguments, folder.path());
    assert_eq!((said.exit, said.stdout.as_str()), (1, ""));
    let (_, spelled) = said.stderr.split_once("`--map FILE`:\n").expect("it says what to write");
    let expected = "- from: rows.yaml#/components/schemas/Row\n  to: orders.proto#shop.Order\n  fields:\n    \
                    id: ID\n    customer.name: CUSTOMER-NAME\n";
    assert!(spelled.starts_with(expected), "{spelled}");
    fs::write(folder.path().join("map.yaml"), spelled).expect("it can be written");
    let said = run(&[&arguments[..], &["--map", "map.yaml"]].concat(), folder.path());
    assert!(!said.stderr.contains("nobody has confirmed"), "{}", said.stderr);
}

#[test]
fn messages_become_those_of_another_type() {
    for (case, from, to, input, output) in [
        (
            "users",
            "User",
            "users",
            r#"{"id":7,"name":"Ann","e-mail":"a@b.c","createdAt":"2024-01-02T03:04:05Z","status":"on-hold","nick":"an","fax":"1"}"#,
            r#"{"id":7,"name":"Ann","e_mail":"a@b.c","created_at":"2024-01-02T03:04:05Z","status":"ON_HOLD","nickname":"an","visits":0}"#,
        ),
        (
            "flat",
            "Row",
            "shop.Order",
            r#"{"ID":7,"CUSTOMER-NAME":"Ann"}"#,
            r#"{"id":"7","customer":{"name":"Ann"}}"#,
        ),
        ("deep", "Payment", "Paid", r#"{"kind":"Card","number":"42"}"#, r#"{"kind":"card","Number":"42"}"#),
        (
            "written",
            "Person",
            "Row",
            r#"{"id":1,"name":{"first":"Ann","last":"Lee","title":"Dr"},"label":"big red one","euros":12,"status":"ACTIVE","address":{"street":"S","town":"T","note":"n"}}"#,
            r#"{"id":1,"full_name":"Ann Lee","first_label":"big","rest_of_label":"red one","cents":1200,"kind":"person","status":"A","address":{"street":"S","city":"T"}}"#,
        ),
    ] {
        let folder = copy(&fixtures("maps").join(case));
        assert_eq!(run(&["check", "--accept"], folder.path()).exit, 0, "{case}");
        fs::write(folder.path().join("in.jsonl"), format!("{input}\n")).expect("it can be written");
        let arguments = ["transcode", "--type", from, "--to-type", to, "--from", "json", "--to", "json"];
        let stdin = fs::File::open(folder.path().join("in.jsonl")).expect("it is there");
        let said = command(&arguments, folder.path()).stdin(stdin).output().expect("the binary starts");
        let stderr = String::from_utf8_lossy(&said.stderr);
        assert_eq!(String::from_utf8_lossy(&said.stdout), format!("{output}\n"), "{case}: {stderr}");
    }
}
