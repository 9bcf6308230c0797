//! Settings as people meet them: what is said of them, what is generated, and that nothing on the disk is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use polywire_testkit::{Golden, cases, fixtures};
use serde_json::Value;

use crate::harness::{Said, command, polywire};

fn shown(said: &Said) -> String {
    format!("{}{}exit {}\n", said.stdout, said.stderr, said.exit)
}

/// A workspace with some settings that are written as JSON.
fn workspace(emit: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let text = format!("polywire: 1\nname: shop\nconfig:\n  source: config.yaml\n  emit: {emit}\n");
    fs::write(folder.path().join("polywire.yaml"), text).expect("the folder is ours");
    fs::write(folder.path().join("config.yaml"), "name: shop\nport: 8080\n").expect("the folder is ours");
    folder
}

fn generate(folder: &Path, arguments: &[&str]) -> Said {
    let mut all = vec!["generate", "config"];
    all.extend(arguments);
    polywire(&all, folder)
}

/// What lies in a folder, hidden files included.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_case_is_told_as_expected() {
    let mut golden = Golden::default();
    for case in cases(&fixtures("config")) {
        let check = polywire(&["check"], &case);
        golden.check(&case.join("check.txt"), &shown(&check));
        if check.exit != 0 {
            continue;
        }
        golden.check(&case.join("explain.txt"), &shown(&polywire(&["config", "explain"], &case)));
        let environments = names(&case).iter().any(|name| name == "config.prod.yaml");
        if environments {
            golden.check(&case.join("diff.txt"), &shown(&polywire(&["config", "diff"], &case)));
            let prod = polywire(&["config", "explain", "--env", "prod", "--format", "json"], &case);
            let settings: Value = serde_json::from_str(&prod.stdout).expect("JSON");
            let lines: Vec<String> =
                settings.as_array().expect("a list").iter().map(|setting| format!("{setting}\n")).collect();
            golden.check(&case.join("prod.jsonl"), &lines.concat());
        }
    }
    golden.finish();
}

#[test]
fn every_code_of_settings_has_a_case_that_raises_it() {
    for code in polywire_workspace::CODES.iter().filter(|code| code.id.starts_with("PW-K01")) {
        let case = cases(&fixtures("config")).into_iter().find(|case| {
            case.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(code.id))
        });
        let case = case.unwrap_or_else(|| panic!("{} has no case", code.id));
        let said = shown(&polywire(&["check"], &case));
        assert!(said.contains(code.id), "{}: {said}", code.id);
    }
}

#[test]
fn a_file_is_written_once_and_then_left_alone() {
    let folder = workspace("{json: [a/b/config.json, {file: port.json, only: port}]}");
    let said = generate(folder.path(), &[]);
    assert_eq!((said.exit, said.stdout.lines().count()), (0, 3), "{}", shown(&said));
    let text = fs::read_to_string(folder.path().join("a/b/config.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(value["//"].as_str().unwrap().contains("config.yaml"), "{text}");
    assert_eq!((&value["name"], &value["port"]), (&"shop".into(), &8080.into()));
    let port: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("port.json")).unwrap()).unwrap();
    assert_eq!(port.as_object().unwrap().keys().collect::<Vec<_>>(), ["//", "port"]);
    let modified = || fs::metadata(folder.path().join("port.json")).unwrap().modified().unwrap();
    let before = modified();
    let said = generate(folder.path(), &[]);
    assert_eq!((said.exit, said.stderr.as_str()), (0, "2 files: nothing to do\n"));
    assert_eq!(modified(), before);
    assert_eq!(generate(folder.path(), &["--check"]).exit, 0);
}

#[test]
fn check_shows_what_would_change_and_writes_nothing() {
    let folder = workspace("{json: config.json}");
    assert_eq!(generate(folder.path(), &["--check"]).exit, 1);
    assert!(!folder.path().join("config.json").exists());
    generate(folder.path(), &[]);
    fs::write(folder.path().join("config.yaml"), "name: shop\nport: 8081\n").unwrap();
    let said = generate(folder.path(), &["--check"]);
    assert_eq!(said.exit, 1);
    assert!(said.stdout.contains("-  \"port\": 8080\n+  \"port\": 8081\n"), "{}", said.stdout);
    let said = generate(folder.path(), &["--check", "--format", "json"]);
    let value: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((said.exit, &value["files"][0]["state"]), (1, &"stale".into()));
    assert_eq!(generate(folder.path(), &[]).exit, 0);
    assert_eq!(generate(folder.path(), &["--check"]).exit, 0);
}

#[test]
fn an_edit_by_hand_is_told_and_kept() {
    let folder = workspace("{json: [config.json, other.json]}");
    generate(folder.path(), &[]);
    let path = folder.path().join("config.json");
    let edited = fs::read_to_string(&path).unwrap().replace("8080", "9090");
    fs::write(&path, &edited).unwrap();
    fs::write(folder.path().join("config.yaml"), "name: shop\nport: 1\n").unwrap();
    let said = generate(folder.path(), &[]);
    assert_eq!(said.exit, 1);
    assert!(said.stderr.contains("config.json was edited by hand"), "{}", said.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    // All or nothing: the other file stays as it was, too.
    assert!(fs::read_to_string(folder.path().join("other.json")).unwrap().contains("8080"));
    // What was typed there is not repeated: it may be a secret.
    let check = generate(folder.path(), &["--check"]);
    assert!(check.exit == 1 && !shown(&check).contains("9090"), "{}", shown(&check));
    assert_eq!(generate(folder.path(), &["--force"]).exit, 0);
    assert!(!fs::read_to_string(&path).unwrap().contains("9090"));
    // Line ends of other systems are no edit.
    let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
    fs::write(&path, text).unwrap();
    assert_eq!(generate(folder.path(), &[]).exit, 0);
}

#[test]
fn somebody_elses_file_is_kept() {
    let folder = workspace("{json: package.json}");
    fs::write(folder.path().join("package.json"), "{}\n").unwrap();
    let said = generate(folder.path(), &[]);
    assert_eq!(said.exit, 1);
    assert!(said.stderr.contains("package.json was not generated"), "{}", said.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("package.json")).unwrap(), "{}\n");
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = workspace("{json: [a/config.json, new/deep/config.json, locked/config.json]}");
    fs::create_dir(folder.path().join("locked")).unwrap();
    // A file stands where a folder would have to be: for every user the same, also for root.
    fs::write(folder.path().join("blocked"), "").unwrap();
    let text = fs::read_to_string(folder.path().join("polywire.yaml")).unwrap();
    fs::write(folder.path().join("polywire.yaml"), text.replace("locked/", "blocked/")).unwrap();
    let before = names(folder.path());
    let said = generate(folder.path(), &[]);
    assert_eq!(said.exit, 3, "{}", shown(&said));
    assert!(said.stderr.contains("blocked/config.json"), "{}", said.stderr);
    assert_eq!(names(folder.path()), before);
}

/// A limit on the size of files stands for a full disk: the second file does not fit.
#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = workspace("{json: [a.json, b.json]}");
    generate(folder.path(), &[]);
    let old = fs::read_to_string(folder.path().join("a.json")).unwrap();
    let long = "x".repeat(8192);
    fs::write(folder.path().join("config.yaml"), format!("name: {long}\nport: 1\n")).unwrap();
    let before = names(folder.path());
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" generate config";
    let output = std::process::Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_polywire")])
        .current_dir(folder.path())
        .output()
        .expect("there is a bash");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("a.json")).unwrap(), old);
    assert_eq!(names(folder.path()), before);
}

#[test]
fn links_modes_and_odd_names_stay() {
    let folder = workspace("{json: [\"a b/ü\\nx.json\", link.json]}");
    fs::create_dir(folder.path().join("real")).unwrap();
    fs::write(folder.path().join("real/config.json"), "").unwrap();
    fs::set_permissions(folder.path().join("real/config.json"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/config.json", folder.path().join("link.json")).unwrap();
    let said = generate(folder.path(), &[]);
    assert_eq!(said.exit, 0, "{}", shown(&said));
    assert!(folder.path().join("a b/ü\nx.json").is_file());
    assert!(fs::symlink_metadata(folder.path().join("link.json")).unwrap().is_symlink());
    let real = folder.path().join("real/config.json");
    assert!(fs::read_to_string(&real).unwrap().contains("8080"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn settings_without_a_workspace_go_to_stdout() {
    let folder = workspace("{}");
    fs::write(folder.path().join("config.dev.yaml"), "port: 9\n").unwrap();
    fs::remove_file(folder.path().join("polywire.yaml")).unwrap();
    let said = generate(
        folder.path(),
        &["json", "--source", "config.yaml", "--env", "dev", "--option", "header=no"],
    );
    assert_eq!((said.exit, said.stdout.as_str()), (0, "{\n  \"name\": \"shop\",\n  \"port\": 9\n}\n"));
    let said = generate(folder.path(), &["json", "--source", "config.yaml", "--out", "out.json"]);
    assert_eq!(said.exit, 0, "{}", shown(&said));
    assert!(folder.path().join("out.json").is_file());
    for (arguments, expected) in [
        (&["--source", "config.yaml"][..], "name one target"),
        (&["jsn", "--source", "config.yaml"], "did you mean `json`"),
        (&["json", "--source", "config.yaml", "--option", "indent=2"], "no option `indent`"),
        (&["json", "--source", "config.yaml", "--env", "dve"], "there are dev"),
        (&["json"], "there is no polywire.yaml"),
    ] {
        let said = generate(folder.path(), arguments);
        assert!(said.exit > 1 && said.stderr.contains(expected), "{arguments:?}: {}", shown(&said));
    }
}

#[test]
fn a_value_is_got_as_scripts_want_it() {
    let folder = workspace("{}");
    fs::write(
        folder.path().join("config.yaml"),
        "text: a b\nnumber: 123456789012345678901\nlist: [1, x]\ngroup: {a: null}\nkey: =secrets.key\n",
    )
    .unwrap();
    let get = |key: &str| {
        let said = polywire(&["config", "get", key], folder.path());
        (said.exit, said.stdout)
    };
    assert_eq!(get("text"), (0, "a b\n".into()));
    assert_eq!(get("number"), (0, "123456789012345678901\n".into()));
    assert_eq!(get("list"), (0, "[1,\"x\"]\n".into()));
    assert_eq!(get("group"), (0, "{\"a\":null}\n".into()));
    assert_eq!(get("group.a"), (0, "null\n".into()));
    assert_eq!(get("key"), (1, String::new()));
    assert_eq!(get("nothing"), (1, String::new()));
}

/// A secret that is in the environment of the command is nowhere in what it says or writes.
#[test]
fn no_secret_passes_through() {
    let folder = workspace("{json: config.json}");
    fs::write(folder.path().join("config.yaml"), "password: =secrets.db_password\n").unwrap();
    for arguments in
        [&["generate", "config"][..], &["config", "explain"], &["config", "explain", "password"], &["check"]]
    {
        let output = command(arguments, folder.path())
            .env("DB_PASSWORD", "hunter22")
            .env("PASSWORD", "hunter22")
            .output()
            .expect("the binary starts");
        let said = format!("{output:?}");
        assert!(output.status.success() && !said.contains("hunter22"), "{said}");
    }
    let text = fs::read_to_string(folder.path().join("config.json")).unwrap();
    assert!(text.contains("\"=secrets.db_password\"") && !text.contains("hunter22"), "{text}");
}

/// Whenever Ctrl-C comes: all files are of one state, and nothing lies beside them.
#[test]
fn an_interrupt_leaves_all_or_nothing() {
    let folder = workspace("{json: [a.json, b/b.json, c.json]}");
    generate(folder.path(), &[]);
    let mut interrupted = 0;
    for round in 0..40u32 {
        fs::write(folder.path().join("config.yaml"), format!("name: shop\nport: {round}\n")).unwrap();
        let mut child = command(&["generate", "config"], folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary starts");
        // From at once to later than it takes: no moment has to be hit.
        std::thread::sleep(std::time::Duration::from_micros(u64::from(round) * 250));
        let _ = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        interrupted += u32::from(!child.wait().expect("it ends").success());
        let port = |name: &str| {
            let text = fs::read_to_string(folder.path().join(name)).expect("the file is there");
            serde_json::from_str::<Value>(&text).expect("the file is whole")["port"].clone()
        };
        assert!(port("a.json") == port("b/b.json") && port("a.json") == port("c.json"), "round {round}");
        assert_eq!(names(folder.path()), ["a.json", "b", "c.json", "config.yaml", "polywire.yaml"]);
        assert_eq!(names(&folder.path().join("b")), ["b.json"]);
    }
    assert!(interrupted > 0, "no interrupt came in time");
}

/// The example's own tour: each language that is here sees what was written once.
#[test]
fn every_language_of_the_example_sees_the_same() {
    let tour = crate::harness::root().join("examples/monorepo/tour.sh");
    let output = std::process::Command::new(&tour)
        .env("POLYWIRE_BIN", env!("CARGO_BIN_EXE_polywire"))
        .output()
        .expect("the tour starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Bash         sees 8 of 8") && said.contains("Python       sees 8 of 8"), "{said}");
}

/// What a schema says of a setting reaches the code that is made of it.
#[test]
fn bounds_and_docs_of_the_schema_reach_the_code() {
    let case = fixtures("config").join("schema");
    let said = generate(&case, &["rust", "--source", "config.yaml", "--schema", "config.schema.json"]);
    assert_eq!(said.exit, 0, "{}", shown(&said));
    for expected in
        ["pub port: u16,", "pub offset: u64,", "/// What people call it.", "pub proxy: Option<String>,"]
    {
        assert!(said.stdout.contains(expected), "{expected}: {}", said.stdout);
    }
}
