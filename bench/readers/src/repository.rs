//! `polywire init` on a repository of 10,000 files in many languages, made for it.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::{Way, spent};

/// What each service of the repository has: path, text with `@` for its number; the sources repeat.
const SERVICE: &[(&str, &str)] = &[
    ("requirements.txt", "fastapi==0.115.0\nsqlalchemy==2.0.0\npika==1.3.2\n"),
    ("app/main.py", "import os\nfrom fastapi import FastAPI\n\napp = FastAPI()\nURL = os.environ.get(\"SERVICE@_URL\", \"http://localhost:8@\")\n"),
    ("openapi.yaml", "openapi: 3.1.0\ninfo: {title: @, version: '1'}\nx-polywire-interface: service-@\npaths:\n  /api/@/{id}:\n    get:\n      operationId: get@\n      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n      responses: {'200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Order@'}}}}}\ncomponents: {schemas: {Order@: {type: object, properties: {id: {type: integer}, name: {type: string}}}}}\n"),
    ("web/package.json", "{\"name\": \"web-@\", \"scripts\": {\"dev\": \"vite\"}, \"dependencies\": {\"react\": \"18\"}, \"devDependencies\": {\"vite\": \"5\"}}\n"),
    ("deploy/service.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: service-@}\ndata: {LOG_LEVEL: info, REGION: eu-@}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: service-@}\nspec: {ports: [{port: 8@}]}\n"),
    ("infrastructure/main.tf", "provider \"aws\" {\n  region = \"eu-central-1\"\n}\n"),
    ("Dockerfile", "FROM python:3.12\nEXPOSE 8000\nCMD [\"uvicorn\", \"app.main:app\"]\n"),
    (".env", "LOG_LEVEL=debug\nREGION=eu-@\n"),
    ("scripts/run.sh", "#!/bin/sh\ncurl http://10.0.0.1:8000/health\n"),
];
/// Sources of each service, with the text that is repeated in each.
const SOURCES: &[(&str, &str)] = &[
    ("app/module", ".py|def handle(order):\n    return {\"id\": order[\"id\"], \"total\": sum(order[\"lines\"])}\n\n\n"),
    ("web/src/view", ".ts|export function view(order: { id: number }): string {\n  return `order ${order.id}: total`;\n}\n\n"),
    ("native/part", ".go|package part\n\nfunc Total(lines []int) (total int) {\n\tfor _, line := range lines {\n\t\ttotal += line\n\t}\n\treturn\n}\n\n"),
    ("docs/page", ".md|A page that nobody has to read.\n\n"),
];
const SERVICES: usize = 50;
/// Times that a text is repeated: files of about 3 KB.
const REPEATED: usize = 36;

/// Makes the repository and measures.
pub(crate) fn run(rounds: usize, files: usize, polywire: &Path) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("polywire-repository-{}", std::process::id()));
    let made = make(&folder, files)?;
    let words = ["init", "--format", "json"].map(String::from);
    let words = std::iter::once(polywire.display().to_string()).chain(words).collect();
    let mut way =
        Way { name: "polywire init", words, folder: folder.clone(), seconds: Vec::new(), megabytes: 0.0 };
    let mut elapsed = Vec::new();
    for round in 0..=rounds {
        let started = Instant::now();
        let (seconds, megabytes) = spent(&way)?;
        // The first round fills the caches.
        if round > 0 {
            elapsed.push(started.elapsed().as_secs_f64() * 1000.0);
            way.seconds.push(seconds * 1000.0);
        }
        way.megabytes = way.megabytes.max(megabytes);
    }
    std::fs::remove_dir_all(&folder).context("cannot remove the repository")?;
    ensure!(rounds > 0, "at least one round");
    elapsed.sort_by(f64::total_cmp);
    way.seconds.sort_by(f64::total_cmp);
    let (wall, cpu) = (elapsed[rounds / 2], way.seconds[rounds / 2]);
    println!("\npolywire init, {made} files: {wall:.0} ms, CPU {cpu:.0} ms, {:.0} MB", way.megabytes);
    println!("figure init_ms {wall:.0}\nfigure init_cpu_ms {cpu:.0}");
    Ok(())
}

fn make(folder: &Path, files: usize) -> Result<usize> {
    let mut made = 0;
    let mut write = |path: String, text: &str| -> Result<()> {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().context("it has a folder")?)?;
        std::fs::write(path, text)?;
        made += 1;
        Ok(())
    };
    let each = (files / SERVICES).saturating_sub(SERVICE.len());
    for number in 0..SERVICES {
        let digits = format!("{number:03}");
        for (path, text) in SERVICE {
            write(format!("services/service-{number}/{path}"), &text.replace('@', &digits))?;
        }
        for at in 0..each {
            let (path, text) = SOURCES[at % SOURCES.len()];
            let (end, text) = text.split_once('|').context("an end and a text")?;
            write(format!("services/service-{number}/{path}{at}{end}"), &text.repeat(REPEATED))?;
        }
    }
    Ok(made)
}
