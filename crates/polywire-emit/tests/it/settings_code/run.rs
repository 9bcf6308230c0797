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

/// These come from npm: the proof puts them on the path.
const PROOF: &[&str] = &["tsc", "prettier", "node"];

pub(crate) const LANGUAGES: &[Language] = &[
    Language { target: "go", file: "config.go", tools: &["go", "gofmt"], build: go },
    Language { target: "java", file: "Config.java", tools: &["java", "javac"], build: java },
    Language { target: "python", file: "config.py", tools: &["python3"], build: python },
    Language { target: "rust", file: "config.rs", tools: &["cargo", "rustfmt", "cargo-clippy"], build: rust },
    Language { target: "typescript", file: "config.ts", tools: PROOF, build: typescript },
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
            let is_expected =
                language.tools != PROOF && std::env::var_os("CI").is_some_and(|ci| ci == "true");
            assert!(!is_expected, "{tool} not found");
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
    let shown: String = format!("{command:?}").chars().take(300).collect();
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

/// One module a program; what shows its values follows from the lines that declare them.
fn rust(folder: &Path, programs: &[Program]) -> Command {
    let manifest = "[package]\nname = \"driver\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\n";
    write(folder, "Cargo.toml", manifest);
    // Else that of this project would hold.
    write(folder, "rustfmt.toml", "");
    let mut shows = String::new();
    let mut arms = String::new();
    for (at, program) in programs.iter().enumerate() {
        write(folder, &format!("src/t{at}.rs"), &program.text);
        shows.push_str(&format!(
            "#[deny(warnings, clippy::all)]\n#[rustfmt::skip]\nmod t{at};\n{}",
            shown(&program.text, at)
        ));
        arms.push_str(&format!("        {at} => answer(t{at}::Config::load_from(lookup)),\n"));
    }
    let files = (0..programs.len()).map(|at| format!("src/t{at}.rs"));
    output(
        Command::new("rustfmt")
            .current_dir(folder)
            .args(["--edition", "2021", "--check", "--color", "never"])
            .args(files),
    );
    write(
        folder,
        "src/main.rs",
        &include_str!("drivers/driver.rs").replace("// SHOWS", &shows).replace("// ARMS", &arms),
    );
    // For all of them it takes a minute, which only the proof has.
    if programs.len() == 1 || std::env::var_os("POLYWIRE_SETTINGS_TOOLS").is_some() {
        output(Command::new("cargo").current_dir(folder).args(["clippy", "--quiet", "--offline"]));
    }
    output(Command::new("cargo").current_dir(folder).args(["build", "--quiet", "--offline"]));
    Command::new(folder.join("target/debug/driver"))
}

fn shown(text: &str, at: usize) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum "));
        let Some(name) = name.and_then(|rest| rest.split(' ').next()) else { continue };
        let body: String = if line.starts_with("pub struct") {
            let inside = if line.ends_with("{}") {
                Vec::new()
            } else {
                lines.by_ref().take_while(|line| *line != "}").collect()
            };
            let fields = inside.iter().filter_map(|line| line.strip_prefix("    pub ")?.split(':').next());
            let fields: Vec<String> = fields.map(|field| format!("self.{field}.show()")).collect();
            format!(
                "let all: Vec<String> = vec![{}]; format!(\"[{{}}]\", all.join(\",\"))",
                fields.join(", ")
            )
        } else if name == "Value" {
            "match self { Self::Null => \"null\".into(), Self::Bool(v) => v.show(), Self::Int(v) => v.show(), Self::Float(v) => v.show(), Self::Text(v) => v.show(), Self::List(v) => v.show(), Self::Map(v) => v.show() }".into()
        } else {
            "self.as_str().to_string().show()".into()
        };
        out.push_str(&format!("impl Show for t{at}::{name} {{ fn show(&self) -> String {{ {body} }} }}\n"));
    }
    out
}

/// One package a program.
fn java(folder: &Path, programs: &[Program]) -> Command {
    let mut files = Vec::new();
    for (at, program) in programs.iter().enumerate() {
        let file = format!("t{at}/Config.java");
        write(folder, &file, &program.text.replacen("\n\n", &format!("\n\npackage t{at};\n\n"), 1));
        files.push(file);
    }
    write(folder, "Driver.java", include_str!("drivers/Driver.java"));
    // ASCII: what is compiled does not hang on where it is compiled.
    let options = ["-Xlint:all", "-Werror", "-encoding", "US-ASCII", "-d", ".", "Driver.java"];
    output(Command::new("javac").current_dir(folder).args(options).args(files));
    let mut command = Command::new("java");
    command.current_dir(folder).args(["-cp", ".", "Driver"]);
    command
}

/// One module a program.
fn typescript(folder: &Path, programs: &[Program]) -> Command {
    write(folder, "package.json", "{\"type\": \"module\"}\n");
    write(folder, "tsconfig.json", include_str!("drivers/tsconfig.json"));
    for (at, program) in programs.iter().enumerate() {
        write(folder, &format!("src/t{at}.ts"), &program.text);
    }
    write(folder, "driver.mjs", include_str!("drivers/driver.mjs"));
    output(Command::new("tsc").current_dir(folder).args(["-p", "."]));
    output(Command::new("prettier").current_dir(folder).args(["--check", "--log-level", "warn", "src"]));
    let mut command = Command::new("node");
    command.current_dir(folder).arg("driver.mjs");
    command
}
