// Reads files with what Node has itself: each `--env-file` needs a process of its own, `parseEnv` is the same code.
import { readFileSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { parseEnv } from "node:util";

const folder = process.argv[3];
const files = readdirSync(folder).sort();
for (const [at, name] of files.entries()) {
  const path = `${folder}/${name}`;
  const read = { ...parseEnv(readFileSync(path, "utf8")) };
  if (at % 50 === 0) {
    const show = "console.log(JSON.stringify(process.env))";
    const child = spawnSync(process.execPath, [`--env-file=${path}`, "-e", show], { env: {}, encoding: "utf8" });
    const seen = JSON.parse(child.stdout);
    for (const key of Object.keys(read)) {
      if (seen[key] !== read[key]) console.error(`${path}: ${key} is another in a process`), process.exit(1);
    }
  }
  console.log(JSON.stringify(read));
}
