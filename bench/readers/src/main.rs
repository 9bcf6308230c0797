//! Contracts read and checked by whole processes, taken in turn. See `docs/manual/benchmarks.md`.
//!
//! `readers ROUNDS GITHUB PROTOS TOOLS` measures: GitHub's description, a folder of `.proto` files, a folder with
//! `node_modules`; `readers oas3 FILE` is the process that reads with the crate `oas3`; `readers init ROUNDS FILES` measures
//! `polywire init` on a repository that it makes; `readers config ROUNDS PYTHON` the generation of settings beside a script
//! for a Python that has PyYAML.

mod repository;
mod settings;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Resource, getrlimit};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["oas3", file] => {
            let spec = oas3::from_yaml(std::fs::read_to_string(file)?)?;
            println!("{} operations", spec.operations().count());
            Ok(())
        }
        ["init", rounds, files] => repository::run(rounds.parse()?, files.parse()?, &polywire()?),
        ["config", rounds, python] => settings::run(rounds.parse()?, python, &polywire()?),
        [rounds, github, protos, tools] => run(rounds.parse()?, Path::new(github), Path::new(protos), Path::new(tools)),
        _ => bail!("readers ROUNDS GITHUB PROTOS TOOLS, readers init ROUNDS FILES, or readers config ROUNDS PYTHON"),
    }
}

/// The product's own binary.
fn polywire() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("../../target/release/polywire").canonicalize().context("build polywire first")
}

/// One way to read something.
struct Way {
    name: &'static str,
    words: Vec<String>,
    folder: PathBuf,
    /// Seconds of processor time, and megabytes at the most, of each round.
    seconds: Vec<f64>,
    megabytes: f64,
}

fn run(rounds: usize, github: &Path, protos: &Path, tools: &Path) -> Result<()> {
    let polywire = polywire()?;
    let own = std::env::current_exe()?;
    let (github, tools) = (github.canonicalize()?, tools.canonicalize()?);
    let text = |path: &Path| path.display().to_string();
    let bin = |name: &str| text(&tools.join("node_modules/.bin").join(name));
    let swagger = "require('@apidevtools/swagger-parser').validate(process.argv[1], {resolve: {external: false}}).catch((error) => { console.error(error.message.slice(0, 300)); process.exit(1); })";
    let way = |name, words: &[String], folder: &Path| Way {
        name,
        words: words.to_vec(),
        folder: folder.to_path_buf(),
        seconds: Vec::new(),
        megabytes: 0.0,
    };
    let file = text(&github);
    let out = text(&std::env::temp_dir().join("polywire-readers.ts"));
    let mut descriptions = [
        way("polywire check", &[text(&polywire), "check".into(), file.clone()], &tools),
        way("oas3 (reads only)", &[text(&own), "oas3".into(), file.clone()], &tools),
        way("swagger-parser", &["node".into(), "-e".into(), swagger.into(), file.clone()], &tools),
        way("openapi-typescript", &[bin("openapi-typescript"), file, "-o".into(), out], &tools),
    ];
    let mut messages = [
        way("polywire check", &[text(&polywire), "check".into(), "--import".into(), ".".into(), ".".into()], protos),
        way("buf build", &[bin("buf"), "build".into(), "-o".into(), "/dev/null".into()], protos),
    ];
    for (title, ways) in [("GitHub's description", &mut descriptions[..]), ("Protobuf files", &mut messages[..])] {
        for round in 0..=rounds {
            for way in &mut *ways {
                let (seconds, megabytes) = spent(way)?;
                // The first round fills the caches.
                if round > 0 {
                    way.seconds.push(seconds);
                }
                way.megabytes = way.megabytes.max(megabytes);
            }
        }
        print(title, ways);
    }
    Ok(())
}

/// Runs a process to its end; `/usr/bin/time` tells what it and its children used.
fn spent(way: &Way) -> Result<(f64, f64)> {
    let unlimited = getrlimit(Resource::Cpu).current.is_none();
    ensure!(unlimited, "a limit on processor time would end the slower ones");
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%U %S %M"])
        .args(&way.words)
        .current_dir(&way.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .context("cannot run /usr/bin/time")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = last.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [user, system, kilobytes] = numbers[..] else { bail!("{}: {said}", way.name) };
    ensure!(output.status.success(), "{}: {}", way.name, said);
    Ok((user + system, kilobytes / 1024.0))
}

fn print(title: &str, ways: &mut [Way]) {
    println!("\n{title:22}  {:>8}  {:>8}  {:>6}", "CPU ms", "MB", "ratio");
    let mut base = 0.0;
    for way in &mut *ways {
        way.seconds.sort_by(f64::total_cmp);
        let median = way.seconds[way.seconds.len() / 2] * 1000.0;
        if base == 0.0 {
            base = median;
        }
        println!("{:22}  {median:>8.0}  {:>8.0}  {:>6.2}", way.name, way.megabytes, median / base);
        let name = way.name.split([' ', '-']).next().unwrap_or_default();
        println!("figure {}_{name}_ms {median:.0}", if title.starts_with('G') { "github" } else { "protos" });
    }
}
