//! The long proofs: each is a folder `proof/NAME` with an executable `run` whose first comment says what it proves.
//!
//! A proof prints what it likes; lines `figure NAME VALUE` are kept in the report.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

struct Proof {
    name: String,
    purpose: String,
    program: PathBuf,
}

/// Runs the named proofs, prints a table, writes `target/proof.json`.
pub(crate) fn run(root: &Path, names: &[String], list: bool) -> Result<()> {
    let all = proofs(root)?;
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|proof| proof.name != **name)) {
        let known: Vec<&str> = all.iter().map(|proof| proof.name.as_str()).collect();
        bail!("no proof `{unknown}`; there are {}", known.join(", "));
    }
    let chosen = all.iter().filter(|proof| names.is_empty() || names.contains(&proof.name));
    if list {
        say(&chosen.map(|proof| format!("{:12} {}\n", proof.name, proof.purpose)).collect::<String>());
        return Ok(());
    }
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for proof in chosen {
        say(&format!("== {}: {}\n", proof.name, proof.purpose));
        let start = Instant::now();
        let (passed, figures) = run_one(root, proof)?;
        let seconds = start.elapsed().as_secs_f64();
        rows.push(json!({"name": proof.name, "passed": passed, "seconds": (seconds * 10.0).round() / 10.0, "figures": figures}));
        if !passed {
            failed.push(proof.name.clone());
        }
    }
    for row in &rows {
        let verdict = if row["passed"] == true { "passed" } else { "FAILED" };
        let figures: Vec<String> = row["figures"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(k, v)| format!("{k} {}", v.as_str().unwrap_or("")))
            .collect();
        say(&format!(
            "{:12} {verdict} {:>7} s  {}\n",
            row["name"].as_str().unwrap_or(""),
            row["seconds"],
            figures.join(", ")
        ));
    }
    let report = json!({"commit": said(root, "git", &["rev-parse", "HEAD"]), "date": said(root, "date", &["-u", "+%FT%TZ"]), "proofs": rows});
    fs::create_dir_all(root.join("target"))?;
    fs::write(root.join("target/proof.json"), serde_json::to_string_pretty(&report)? + "\n")?;
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn proofs(root: &Path) -> Result<Vec<Proof>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("proof")).context("the folder proof/ is missing")? {
        let folder = entry?.path();
        let program = folder.join("run");
        let Ok(text) = fs::read_to_string(&program) else { continue };
        let purpose = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().to_string();
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        found.push(Proof { name, purpose, program });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn run_one(root: &Path, proof: &Proof) -> Result<(bool, Map<String, Value>)> {
    let mut child = Command::new(&proof.program)
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", proof.program.display()))?;
    let mut figures = Map::new();
    let output = child.stdout.take().context("the output is piped")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some((name, value)) = line.strip_prefix("figure ").and_then(|rest| rest.split_once(' ')) {
            figures.insert(name.to_string(), Value::String(value.to_string()));
        }
        say(&format!("{line}\n"));
    }
    Ok((child.wait()?.success(), figures))
}

fn said(root: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_string()).unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "the report is this program's result")]
fn say(text: &str) {
    print!("{text}");
}
