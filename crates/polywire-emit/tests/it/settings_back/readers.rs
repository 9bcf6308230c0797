//! The readers: each gets a folder of files and answers with a line of JSON for each, in the order of their names.

use std::path::Path;
use std::process::{Command, Stdio};

use polywire_contract::Settings;
use polywire_syntax::Node;

use super::expected;

pub(super) struct Reader {
    pub(super) name: &'static str,
    pub(super) target: &'static str,
    pub(super) options: &'static str,
    pub(super) suffix: &'static str,
    /// What runs the driver.
    pub(super) program: &'static str,
    /// What the driver runs.
    pub(super) runs: &'static str,
    /// The driver, in the folder beside this file or in `proof/settings`, and its arguments.
    driver: &'static [&'static str],
    /// It needs packages.
    pub(super) needs_tools: bool,
    /// How many trees, where it is slow.
    pub(super) seeds: u64,
    /// It gives `null` for members that are not there.
    pub(super) null_is_nothing: bool,
    pub(super) expected: fn(&Settings) -> Node,
}

const BARE: Reader = Reader {
    name: "",
    target: "",
    options: "",
    suffix: "",
    program: "python3",
    runs: "",
    driver: &[],
    needs_tools: false,
    seeds: 300,
    null_is_nothing: false,
    expected: expected::nested,
};

const TOOLS: Reader = Reader { needs_tools: true, ..BARE };

const ENV: Reader = Reader { target: "dotenv", suffix: "env", expected: expected::variables, ..BARE };

const NPM: Reader = Reader { program: "node", needs_tools: true, ..ENV };

const GO: Reader = Reader { program: "go", needs_tools: true, ..ENV };

const BASH: Reader =
    Reader { target: "bash", suffix: "sh", program: "bash", expected: expected::arrays, ..BARE };

/// Every reader.
pub(super) const READERS: &[Reader] = &[
    Reader {
        name: "json python",
        target: "json",
        options: "header=no",
        suffix: "json",
        driver: &["read.py", "json"],
        ..BARE
    },
    Reader {
        name: "toml tomllib",
        target: "toml",
        suffix: "toml",
        driver: &["read.py", "toml"],
        expected: expected::without_nulls,
        ..BARE
    },
    Reader { name: "dotenv node", program: "node", driver: &["read.mjs", "env-file"], ..ENV },
    Reader {
        name: "dotenv node-reader",
        options: "reader=node",
        program: "node",
        driver: &["read.mjs", "env-file"],
        ..ENV
    },
    Reader { name: "dotenv bash", program: "bash", driver: &["read.sh"], ..ENV },
    Reader { name: "dotenv docker-rules", options: "reader=docker", driver: &["read.py", "docker"], ..ENV },
    Reader { name: "bash", driver: &["read.sh", "twice"], ..BASH },
    Reader {
        name: "bash plain",
        options: "loader=no",
        driver: &["read.sh", "twice"],
        expected: expected::arrays_without_secrets,
        ..BASH
    },
    Reader {
        name: "properties java",
        options: "reader=java",
        target: "properties",
        suffix: "properties",
        program: "java",
        driver: &["Read.java"],
        expected: expected::properties,
        ..BARE
    },
    Reader { name: "yaml PyYAML", target: "yaml", suffix: "yaml", driver: &["packages.py", "yaml"], ..TOOLS },
    Reader {
        name: "yaml npm",
        target: "yaml",
        suffix: "yaml",
        program: "node",
        driver: &["packages.mjs", "yaml"],
        ..TOOLS
    },
    Reader {
        name: "kubernetes variables",
        target: "kubernetes",
        suffix: "yaml",
        driver: &["packages.py", "configmap"],
        expected: expected::variables,
        ..TOOLS
    },
    Reader {
        name: "kubernetes file",
        target: "kubernetes",
        options: "data=file",
        suffix: "yaml",
        driver: &["packages.py", "configfile"],
        expected: expected::nested_without_secrets,
        ..TOOLS
    },
    Reader { name: "dotenv python-dotenv", driver: &["packages.py", "dotenv"], needs_tools: true, ..ENV },
    Reader {
        name: "dotenv python-reader",
        options: "reader=python",
        driver: &["packages.py", "dotenv"],
        needs_tools: true,
        ..ENV
    },
    Reader {
        name: "ini ansible",
        target: "ini",
        suffix: "ini",
        driver: &["inventory.py"],
        expected: expected::snake,
        ..TOOLS
    },
    Reader {
        name: "yaml ansible",
        target: "yaml",
        options: "reader=ansible",
        suffix: "yml",
        driver: &["inventory.py"],
        ..TOOLS
    },
    Reader {
        name: "tfvars terraform",
        target: "tfvars",
        suffix: "json",
        runs: "terraform",
        driver: &["terraform.py"],
        expected: expected::terraform,
        seeds: 150,
        null_is_nothing: true,
        ..TOOLS
    },
    Reader { name: "dotenv compose", driver: &["compose"], ..GO },
    Reader { name: "dotenv docker-run", options: "reader=docker", driver: &["run"], ..GO },
    Reader { name: "dotenv npm", driver: &["packages.mjs", "dotenv"], ..NPM },
    Reader { name: "dotenv npm-reader", options: "reader=node", driver: &["packages.mjs", "dotenv"], ..NPM },
];

/// Whether a program is there; else says that it is skipped, and where `CI=true` fails.
#[expect(clippy::print_stderr, reason = "a skip must be seen in the test's output")]
pub(crate) fn has(program: &str) -> bool {
    let argument = if program == "go" { "version" } else { "--version" };
    if Command::new(program)
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
    {
        return true;
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{program} not found");
    eprintln!("skipped: {program} not found");
    false
}

/// What the reader says of the files of a folder.
pub(super) fn run(reader: &Reader, folder: &Path, tools: Option<&Path>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let drivers = match reader.needs_tools {
        false => root.join("tests/it/settings_back"),
        true => root.join("../../proof/settings"),
    };
    let mut command = match (reader.program, tools.filter(|_| reader.needs_tools)) {
        // Built once, with all that it reads by.
        ("go", Some(tools)) => {
            let mut command = Command::new(tools.join("docker-env"));
            command.arg(reader.driver[0]);
            command
        }
        (program, tools) => {
            let python = tools.filter(|_| program == "python3").map(|tools| tools.join("venv/bin/python"));
            let mut command = Command::new(python.unwrap_or_else(|| program.into()));
            command.arg(drivers.join(reader.driver[0]));
            command
        }
    };
    command.args(&reader.driver[1..]).arg(folder);
    if let Some(tools) = tools {
        command.env("POLYWIRE_SETTINGS_TOOLS", tools);
    }
    let output = command.stdin(Stdio::null()).output().expect("the reader starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {}\n{said}", reader.name, output.status);
    String::from_utf8(output.stdout).expect("answers are UTF-8")
}
