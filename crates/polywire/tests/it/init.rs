//! `polywire init` on layouts of repositories, on what nobody expects, and its starters.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use polywire_testkit::{Golden, cases, fixtures};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{command, polywire};

/// What is expected of a layout, and not a part of it.
const GOLDEN: [&str; 2] = ["init.txt", "polywire.yaml"];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if !GOLDEN.iter().any(|name| entry.file_name() == *name) {
            fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let target = folder.join(path);
    fs::create_dir_all(target.parent().expect("it has a folder")).expect("the folder can be made");
    fs::write(target, text).expect("the file can be written");
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("there is a place for temporary files")
}

fn json(folder: &Path) -> Value {
    let said = polywire(&["init", "--format", "json"], folder);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    serde_json::from_str(&said.stdout).expect("it is JSON")
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        found.push(entry.path());
        if entry.path().is_dir() {
            found.extend(below(&entry.path()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_layout_is_surveyed_and_what_is_written_passes_the_check() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("init")) {
        let temporary = temporary();
        let root = temporary.path().join(folder.file_name().expect("it has a name"));
        copy(&folder, &root);
        let before = below(&root);
        let shown = polywire(&["init"], &root);
        assert_eq!(before, below(&root), "{}: something was written without consent", folder.display());
        golden.check(
            &folder.join("init.txt"),
            &format!("{}{}exit {}\n", shown.stdout, shown.stderr, shown.exit),
        );
        let said = polywire(&["init", "--yes"], &root);
        assert_eq!((said.exit, said.stdout), (0, shown.stdout), "{}", said.stderr);
        let written = fs::read_to_string(root.join("polywire.yaml")).expect("it was written");
        golden.check(&folder.join("polywire.yaml"), &written);
        let check = polywire(&["check"], &root);
        assert_eq!(check.exit, 0, "{}: {}{}", folder.display(), check.stdout, check.stderr);
        // Whoever runs it again finds that nothing is missing.
        let again = polywire(&["init", "--yes"], &root);
        assert_eq!(again.exit, 0);
        assert!(again.stderr.contains("it lacks no component"), "{}: {}", folder.display(), again.stderr);
        assert_eq!(fs::read_to_string(root.join("polywire.yaml")).expect("it is there"), written);
    }
    golden.finish();
}

#[test]
fn no_secret_of_any_layout_is_shown() {
    for folder in cases(&fixtures("init")) {
        let temporary = temporary();
        copy(&folder, temporary.path());
        for format in ["text", "json"] {
            let said = polywire(&["init", "--yes", "--format", format], temporary.path());
            for secret in [
                "shop-dev-password",
                "another-password",
                "insecure-0123",
                "bank-secret",
                "other-secret",
                "never-to-be-shown",
                "staging-password",
                "prod-password",
                "todo:todo",
                "guest:guest",
            ] {
                assert!(!said.stdout.contains(secret), "{}: {secret}", folder.display());
            }
            let written = fs::read_to_string(temporary.path().join("polywire.yaml")).expect("it was written");
            assert!(!written.contains("password"), "{written}");
            fs::remove_file(temporary.path().join("polywire.yaml")).expect("it can be removed");
        }
    }
}

#[test]
fn what_git_ignores_is_not_read_and_links_are_not_followed() {
    let (folder, elsewhere) = (temporary(), temporary());
    let root = folder.path();
    write(root, ".gitignore", "build/\n*.env\n");
    write(root, "build/package.json", r#"{"name": "built", "scripts": {"start": "node a.js"}}"#);
    write(root, "secret.env", "SHARED=1\n");
    write(root, "app/.env", "SHARED=2\n");
    write(root, "app/.gitignore", "generated/\n");
    write(root, "app/generated/requirements.txt", "flask\n");
    write(elsewhere.path(), "requirements.txt", "flask\n");
    std::os::unix::fs::symlink(elsewhere.path(), root.join("linked")).expect("links can be made");
    write(root, "app/go.mod", "module example.org/app\n");
    let found = json(root);
    let names: Vec<&str> =
        found["components"].as_array().expect("a list").iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["app"], "{found}");
    assert_eq!(found["settings"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_polywire_yaml_that_is_there_stays_and_what_it_lacks_is_told() {
    let folder = temporary();
    let root = folder.path();
    let text = "polywire: 1\nname: shop\ncomponents:\n  users: {path: ./users, at: http://127.0.0.1:9000}\n";
    write(root, "polywire.yaml", text);
    write(root, "users/app.py", "from flask import Flask\napp = Flask(__name__)\n");
    write(root, "orders/app.py", "from flask import Flask\napp = Flask(__name__)\n");
    let said = polywire(&["init", "--yes"], root);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("stays as it is") && said.stderr.contains("  orders:  # Python"),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains("  users:"), "{}", said.stderr);
    assert_eq!(fs::read_to_string(root.join("polywire.yaml")).expect("it is there"), text);
    assert_eq!(json(root)["existing"]["missing"], serde_json::json!(["orders"]));
    write(root, "polywire.yaml", "polywire: [");
    let said = polywire(&["init", "--yes"], root);
    assert!(said.exit == 0 && said.stderr.contains("has mistakes"), "{}", said.stderr);
    assert_eq!(fs::read_to_string(root.join("polywire.yaml")).expect("it is there"), "polywire: [");
}

#[test]
fn a_folder_that_cannot_be_written_is_the_environments_fault() {
    let folder = temporary();
    let root = folder.path().join("closed");
    write(&root, "app.py", "from flask import Flask\napp = Flask(__name__)\n");
    fs::set_permissions(&root, fs::Permissions::from_mode(0o555)).expect("it can be closed");
    // Whoever may do everything can write here, too.
    let may_anything = fs::write(root.join("probe"), "").is_ok();
    if !may_anything {
        let said = polywire(&["init", "--yes"], &root);
        assert_eq!(said.exit, 3, "{}", said.stderr);
        assert!(said.stderr.contains("cannot write polywire.yaml: permission denied"), "{}", said.stderr);
        let said = polywire(&["init", "--starter", "hello", "closed/new"], folder.path());
        assert_eq!(said.exit, 3, "{}", said.stderr);
    }
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).expect("it can be opened");
    // A file where a folder has to be: nothing of the starter stays behind.
    write(folder.path(), "half/README.md", "mine");
    write(folder.path(), "file", "");
    let said = polywire(&["init", "--starter", "hello", "file/new"], folder.path());
    assert_eq!(said.exit, 3, "{}", said.stderr);
    let said = polywire(&["init", "nowhere"], folder.path());
    assert!(said.exit == 3 && said.stderr.contains("there is no folder nowhere"), "{}", said.stderr);
}

#[test]
fn a_full_disk_leaves_no_half_of_a_file() {
    let folder = temporary();
    let root = folder.path();
    write(root, "app.py", "from flask import Flask\napp = Flask(__name__)\n");
    let binary = env!("CARGO_BIN_EXE_polywire");
    // A limit on the size of files stands for a disk that is full.
    let script = format!("trap '' XFSZ; ulimit -f 0; exec {binary} init --yes >/dev/null");
    let ended = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(root)
        .output()
        .expect("bash is there");
    assert_eq!(ended.status.code(), Some(3), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(below(root), [root.join("app.py")]);
}

#[test]
fn odd_names_are_escaped_and_written_so_that_they_are_read_again() {
    let folder = temporary();
    let root = folder.path();
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    for name in ["with space", "new\nline", "ünïcode", "right\u{202e}left", "-dash", "a: b # c", "quo\"te'"]
    {
        write(root, &format!("{name}/app.py"), app);
    }
    let odd = std::ffi::OsString::from_vec(b"bad\xff\x1b[31m.py".to_vec());
    fs::write(root.join(odd), app).expect("the file can be written");
    let said = polywire(&["init", "--yes"], root);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    assert!(
        said.stdout.contains("new\\nline/") && said.stdout.contains("right\\u{202e}left/"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("1 name that is no UTF-8 left out"), "{}", said.stdout);
    assert!(!said.stdout.contains('\u{1b}') && !said.stdout.contains('\u{202e}'), "{}", said.stdout);
    let check = polywire(&["check"], root);
    assert_eq!(check.exit, 0, "{}{}", check.stdout, check.stderr);
    let again = polywire(&["init"], root);
    assert!(again.stderr.contains("it lacks no component"), "{}", again.stderr);
}

#[test]
fn broken_and_hostile_files_are_passed_over() {
    let folder = temporary();
    let root = folder.path();
    write(root, "package.json", &"[".repeat(100_000));
    write(root, "a/package.json", "{\"name\": ");
    write(root, "b/pom.xml", &format!("<project>{}", "<a>".repeat(100_000)));
    write(
        root,
        "b2/pom.xml",
        &format!("<project>{}{}</project>", "<a>".repeat(100_000), "</a>".repeat(100_000)),
    );
    write(root, "c/pom.xml", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><project>&a;</project>");
    write(root, "d/Cargo.toml", &format!("[package]\nname = {}", "[".repeat(100_000)));
    write(root, "e/docker-compose.yml", "services: &a\n  x: *a\n");
    write(
        root,
        "f/docker-compose.yml",
        "services:\n  x: {build: ../../../../etc, environment: {A: '${B:-${C}'}}\n",
    );
    write(root, "g/Dockerfile", "FROM x\nCMD [\"a\", 5]\nEXPOSE 99999999\n");
    write(root, "h/app.py", &format!("x = \"{}\"\n", "http://".repeat(100_000)));
    write(root, "i/pyproject.toml", "[project]\nname = 5\ndependencies = {a = 1}\n");
    fs::write(root.join("huge.json"), vec![b' '; (1 << 20) + 1]).expect("it can be written");
    fs::write(root.join("binary.py"), [0xff, 0, 1]).expect("it can be written");
    let said = polywire(&["init", "--yes"], root);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    assert!(said.stdout.contains("1 larger than 1 MiB left out"), "{}", said.stdout);
    let check = polywire(&["check"], root);
    assert_eq!(check.exit, 0, "{}{}", check.stdout, check.stderr);
}

#[test]
fn contracts_that_a_workspace_does_not_take_become_comments() {
    let folder = temporary();
    let root = folder.path();
    let app = "from flask import Flask\napp = Flask(__name__)\n";
    let contract = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {operationId: a, responses: {'200': {description: x}}}\n";
    write(root, "one/app.py", app);
    write(root, "one/openapi.yaml", contract);
    write(root, "two/app.py", app);
    write(
        root,
        "two/openapi.yaml",
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {operationId: b, responses: {'200': {$ref: '#/nowhere'}}}\n",
    );
    let said = polywire(&["init", "--yes"], root);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    let written = fs::read_to_string(root.join("polywire.yaml")).expect("it was written");
    assert!(written.contains("    contract: openapi.yaml\n"), "{written}");
    assert!(written.contains("    # contract: openapi.yaml  # not as it is"), "{written}");
    assert_eq!(polywire(&["check"], root).exit, 0);
}

#[test]
fn an_empty_folder_is_offered_starters_and_a_full_one_is_not_filled() {
    let folder = temporary();
    let root = folder.path();
    let said = polywire(&["init"], root);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    assert!(
        said.stdout.contains("monorepo") && said.stderr.contains("--starter"),
        "{}{}",
        said.stdout,
        said.stderr
    );
    assert!(below(root).is_empty());
    write(root, "mine.txt", "");
    let said = polywire(&["init", "--starter", "hello"], root);
    assert!(said.exit == 2 && said.stderr.contains("mine.txt"), "{}", said.stderr);
    assert_eq!(below(root).len(), 1);
    write(root, "repository/README.md", "mine");
    let said = polywire(&["init", "--starter", "hello", "repository"], root);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    assert_eq!(fs::read_to_string(root.join("repository/README.md")).expect("it is there"), "mine");
}

/// Each starter passes the check without a word, and runs.
#[test]
fn every_starter_runs() {
    let tries = [
        (
            "hello",
            &["polywire", "call", "hello.sayHello", r#"{"name": "Ada"}"#, "--as", "grpc"][..],
            "Hello, Ada!",
        ),
        ("api", &["polywire", "call", "web.summary", "{}"][..], "\"open\""),
        ("monorepo", &["scripts/smoke.sh"][..], "Lamp"),
    ];
    for (name, run, expected) in tries {
        let folder = temporary();
        let root = folder.path().join("new");
        let said = polywire(&["init", "--starter", name, "new"], folder.path());
        assert_eq!(said.exit, 0, "{name}: {}", said.stderr);
        let check = polywire(&["check"], &root);
        assert_eq!((check.exit, check.stdout.as_str()), (0, ""), "{name}");
        let readme = fs::read_to_string(root.join("README.md")).expect("it has one");
        assert!(readme.lines().count() <= 14, "{name}: the README is short");
        let mut arguments = vec!["up", "--listen", "127.0.0.1:0", ".", "--"];
        arguments.extend(run);
        let output = command(&arguments, &root).output().expect("the binary starts");
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && out.contains(expected), "{name}: {out}{error}");
        // A starter is a repository like any other.
        fs::remove_file(root.join("polywire.yaml")).expect("it is there");
        assert_eq!(polywire(&["init", "--yes"], &root).exit, 0);
        assert_eq!(polywire(&["check"], &root).exit, 0, "{name}");
    }
}

/// What `init` says on a terminal where its question is answered so.
fn answered(folder: &Path, answer: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/init/answer.py");
    let output = std::process::Command::new("python3")
        .arg(script)
        .args([answer, env!("CARGO_BIN_EXE_polywire"), "init"])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("there is a python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_terminal_is_asked_once_and_obeyed() {
    let folder = temporary();
    copy(&fixtures("init").join("django-react"), folder.path());
    let manifest = folder.path().join("polywire.yaml");
    let _ = fs::remove_file(&manifest);
    let said = answered(folder.path(), "n");
    assert!(said.contains("write polywire.yaml with 2 components? [Y/n]"), "{said}");
    assert!(said.contains("nothing was written") && !manifest.exists(), "{said}");
    let said = answered(folder.path(), "");
    assert!(said.contains("wrote polywire.yaml") && manifest.is_file(), "{said}");
    let empty = temporary();
    let said = answered(empty.path(), "");
    assert!(said.contains("which one? [none]") && below(empty.path()).is_empty(), "{said}");
    let said = answered(empty.path(), "hello");
    assert!(said.contains("wrote 7 files") && empty.path().join("polywire.yaml").is_file(), "{said}");
}
