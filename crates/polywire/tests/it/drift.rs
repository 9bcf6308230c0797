//! `polywire drift` on folders of contracts, and on contracts beside their own copies.

use std::path::Path;

use polywire_testkit::{Golden, cases, fixtures};

use crate::harness::polywire;

#[test]
fn every_case_is_told_as_expected() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("drift")) {
        let said = polywire(&["drift", "."], &folder);
        golden
            .check(&folder.join("drift.txt"), &format!("{}{}exit {}\n", said.stdout, said.stderr, said.exit));
        for format in ["json", "sarif", "github"] {
            let other = polywire(&["drift", ".", "--format", format], &folder);
            assert_eq!(
                (other.exit, other.stdout.is_empty()),
                (said.exit, format == "github" && said.exit == 0)
            );
        }
    }
    golden.finish();
}

#[test]
fn a_copy_does_not_drift() {
    for folder in cases(&fixtures("contracts")) {
        let both = tempfile::tempdir().unwrap();
        for copy in ["one", "two"] {
            copy_files(&folder, &both.path().join(copy));
        }
        let said = polywire(&["drift", "one", "two"], both.path());
        assert_eq!((said.exit, said.stdout.as_str()), (0, ""), "{}: {}", folder.display(), said.stderr);
    }
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there").flatten() {
        let target = to.join(entry.file_name());
        // What was emitted from a contract says the same with fewer words.
        if entry.file_name() == "emit" {
            continue;
        }
        if entry.path().is_dir() {
            copy_files(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}

#[test]
fn only_pairs_of_a_name_are_told_whichever_side_has_it() {
    let folder = fixtures("drift").join("shop");
    for (name, pairs) in [("users", 2), ("orderstatus", 3), ("nothing", 0)] {
        let said = polywire(&["drift", ".", "--only", name, "--format", "json"], &folder);
        let found: serde_json::Value = serde_json::from_str(&said.stdout).expect("it is JSON");
        assert_eq!(found["pairs"].as_array().map(Vec::len), Some(pairs), "{name}");
        assert_eq!(said.exit, i32::from(name == "users" || name == "orderstatus"), "{name}");
    }
}
