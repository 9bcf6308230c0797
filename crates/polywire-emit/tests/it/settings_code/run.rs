//! Generated loaders, compiled and run by their languages: many in one process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::compare::hex;

/// One generated file.
pub(crate) struct Program {
    pub(crate) text: String,
}

/// One call of a program's `load`.
pub(crate) struct Call {
    pub(crate) program: usize,
    pub(crate) environment: Vec<(String, String)>,
}

/// How a language is compiled and run.
pub(crate) struct Language {
    pub(crate) target: &'static str,
    /// The file's name, which may name the class or package.
    pub(crate) file: &'static str,
    /// What has to be there.
    tools: &'static [&'static str],
    /// Lays out the programs, compiles them, and gives the command that reads calls.
    build: fn(&Path, &[Program]) -> Command,
}

pub(crate) const LANGUAGES: &[Language] = &[
    Language { target: "go", file: "config.go", tools: &["go", "gofmt"], build: go },
    Language { target: "python", file: "config.py", tools: &["python3"], build: python },
];

/// What was answered to each call; `None` where a tool is missing.
pub(crate) fn run(
    language: &Language,
    name: &str,
    programs: &[Program],
    calls: &[Call],
) -> Option<Vec<String>> {
    for tool in language.tools {
        if !is_there(tool) {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{tool} not found");
            say(&format!("skipped: {tool} not found"));
            return None;
        }
    }
    let folder = folder(language, name);
    let mut command = (language.build)(&folder, programs);
    let mut text = String::new();
    for call in calls {
        text.push_str(&call.program.to_string());
        for (name, value) in &call.environment {
            text.push_str(&format!(" {}={}", hex(name), hex(value)));
        }
        text.push('\n');
    }
    let file = folder.join("calls.txt");
    fs::write(&file, text).expect("a writable folder");
    Some(output(command.arg(&file)).lines().map(str::to_owned).collect())
}

#[expect(clippy::print_stderr, reason = "what was skipped and counted must be seen in the test's output")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

fn is_there(tool: &str) -> bool {
    if tool.contains('/') {
        return Path::new(tool).exists();
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(tool).exists())
}

/// An empty folder for a language.
fn folder(language: &Language, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("settings").join(language.target).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a writable folder");
    folder
}

/// Runs a command that must succeed.
fn output(command: &mut Command) -> String {
    let shown = format!("{command:?}");
    let done = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{shown}: {error}"));
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let failed: String = String::from_utf8_lossy(&done.stderr).chars().take(6000).collect();
    assert!(
        done.status.success(),
        "{shown}: {}\n{failed}\n{}",
        done.status,
        text.chars().take(3000).collect::<String>()
    );
    text
}

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().expect("a file in a folder")).expect("a writable folder");
    fs::write(file, text).expect("a writable folder");
}

/// One package a program, and a table of their loaders.
fn go(folder: &Path, programs: &[Program]) -> Command {
    write(folder, "go.mod", "module test\n\ngo 1.18\n");
    let mut table = "package main\n\nimport (\n".to_owned();
    for (at, program) in programs.iter().enumerate() {
        write(folder, &format!("t{at}/config.go"), &program.text);
        table.push_str(&format!("\tt{at} \"test/t{at}\"\n"));
    }
    table.push_str(")\n\nvar programs = []func(func(string) (string, bool)) (any, error){\n");
    for at in 0..programs.len() {
        let call = format!("return t{at}.LoadFrom(lookup)");
        table.push_str(&format!("\tfunc(lookup func(string) (string, bool)) (any, error) {{ {call} }},\n"));
    }
    table.push_str("}\n");
    let changed = output(Command::new("gofmt").current_dir(folder).args(["-d", "-s", "."]));
    assert!(changed.is_empty(), "{changed}");
    write(folder, "table.go", &table);
    write(folder, "driver.go", include_str!("drivers/driver.go"));
    output(Command::new("go").current_dir(folder).args(["vet", "./..."]));
    output(Command::new("go").current_dir(folder).args(["build", "-o", "driver", "."]));
    Command::new(folder.join("driver"))
}

fn python(folder: &Path, programs: &[Program]) -> Command {
    for (at, program) in programs.iter().enumerate() {
        write(folder, &format!("t{at}.py"), &program.text);
    }
    write(folder, "driver.py", include_str!("drivers/driver.py"));
    let mut command = Command::new("python3");
    command.current_dir(folder).args(["-W", "error", "driver.py"]);
    command
}
