//! `polywire generate config` beside the script that it replaces: PyYAML, a merge, and the same three files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

const SCRIPT: &str = r#"
import json, yaml
def merge(base, over):
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base
def flat(prefix, tree):
    for key, value in tree.items():
        name = f"{prefix}_{key}".upper().lstrip("_")
        if isinstance(value, dict):
            yield from flat(name, value)
        else:
            yield name, value
with open("config.yaml") as file:
    config = yaml.safe_load(file)
with open("config.prod.yaml") as file:
    merge(config, yaml.safe_load(file))
with open("out.json", "w") as file:
    json.dump(config, file, indent=2)
with open("out.yaml", "w") as file:
    yaml.safe_dump(config, file, sort_keys=False)
with open("out.env", "w") as file:
    for name, value in flat("", config):
        file.write(f"{name}={json.dumps(value)}\n")
"#;

/// How many settings there are.
const SECTIONS: usize = 20;
const KEYS: usize = 10;

/// Runs both in turn; wall time, because a process this short is less than a tick of the processor's clock.
pub(crate) fn run(rounds: usize, python: &str, polywire: &Path) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("polywire-settings-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let manifest = "polywire: 1\nname: bench\nconfig:\n  source: config.yaml\n  emit: {json: out.json, yaml: out.yaml, dotenv: out.env}\n";
    std::fs::write(folder.join("polywire.yaml"), manifest)?;
    let section = |number: usize, words: &str| {
        let keys = (0..KEYS).map(|key| match key % 3 {
            0 => format!("  key{key}: {words} {number}\n"),
            1 => format!("  key{key}: {}\n", number * 7 + key),
            _ => format!("  key{key}: [a{key}, b{number}]\n"),
        });
        format!("section{number}:\n{}", keys.collect::<String>())
    };
    let all: String = (0..SECTIONS).map(|number| section(number, "text of")).collect();
    std::fs::write(folder.join("config.yaml"), all)?;
    std::fs::write(folder.join("config.prod.yaml"), section(3, "other text of"))?;
    std::fs::write(folder.join("script.py"), SCRIPT)?;
    let polywire = polywire.display().to_string();
    let ways: [(&str, Vec<&str>); 2] = [
        ("polywire generate config", vec![&polywire, "generate", "config", "--env", "prod"]),
        ("PyYAML script", vec![python, "script.py"]),
    ];
    let mut spent = [Vec::new(), Vec::new()];
    for round in 0..=rounds * 10 {
        for ((name, words), spent) in ways.iter().zip(&mut spent) {
            for file in ["out.json", "out.yaml", "out.env", "out.env.example"] {
                let _ = std::fs::remove_file(folder.join(file));
            }
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().with_context(|| format!("cannot run {}", words[0]))?;
            let elapsed = start.elapsed().as_secs_f64() * 1000.0;
            ensure!(status.success() && folder.join("out.env").is_file(), "{name} failed");
            if round > 0 {
                spent.push(elapsed);
            }
        }
    }
    std::fs::remove_dir_all(&folder)?;
    println!("\n{:24}  {:>8}  {:>6}", format!("{} settings, 3 files", SECTIONS * KEYS), "ms", "ratio");
    let mut base = 0.0;
    for ((name, _), spent) in ways.iter().zip(&mut spent) {
        spent.sort_by(f64::total_cmp);
        let median = spent[spent.len() / 2];
        base = if base == 0.0 { median } else { base };
        println!("{name:24}  {median:>8.1}  {:>6.1}", median / base);
        println!("figure config_{}_ms {median:.1}", name.split([' ']).next().unwrap_or_default().to_lowercase());
    }
    Ok(())
}
