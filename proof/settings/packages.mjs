// Reads files with packages: dotenv, yaml.
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";

const require = createRequire(`${process.env.POLYWIRE_SETTINGS_TOOLS}/`);
const [kind, folder] = process.argv.slice(2);

function readDotenv(text) {
  const dotenv = require("dotenv");
  const read = dotenv.parse(text);
  const fast = dotenv.parse(text, { fast: true });
  return JSON.stringify(read) === JSON.stringify(fast) ? read : "the two parsers of dotenv differ";
}

function readYaml(text) {
  const yaml = require("yaml");
  const one = (version) => yaml.parse(text, { version, intAsBigInt: true });
  const show = (value) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? { integer: `${v}` } : v));
  const read = show(one("1.2"));
  return read === show(one("1.1")) ? JSON.parse(read) : "1.1 and 1.2 differ";
}

const unmarked = (json) => json.replace(/\{"integer":"(-?\d+)"\}/g, "$1");
for (const name of readdirSync(folder).sort()) {
  const text = readFileSync(`${folder}/${name}`, "utf8");
  try {
    console.log(unmarked(JSON.stringify(kind === "yaml" ? readYaml(text) : readDotenv(text))));
  } catch (error) {
    console.log(JSON.stringify(`${error}`));
  }
}
