// Breaks descriptions in one place each, and asks swagger-parser and `polywire check` what they say of it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [work, polywire, count, ...sources] = process.argv.slice(2);
const require = createRequire(path.resolve(work, "package.json"));
const SwaggerParser = require("@apidevtools/swagger-parser");
const YAML = require("yaml");

// The same numbers on every run.
let state = 20261126;
const below = (limit) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};
const one = (list) => list[below(list.length)];

/** Every place of a document but for what the specification leaves free. */
function places(node, at = [], found = []) {
  if (node === null || typeof node !== "object") return found;
  for (const key of Object.keys(node)) {
    if (["example", "examples", "default", "description", "enum", "const"].includes(key) || key.startsWith("x-")) continue;
    found.push([node, key, [...at, key]]);
    places(node[key], [...at, key], found);
  }
  return found;
}

const WRONG = [null, 7, "text", true, [], {}, -1, "{", ["a", "a"]];
const changes = [
  ([node, key]) => delete node[key],
  ([node, key]) => (node[key] = one(WRONG)),
  ([node, key]) => {
    const value = node[key];
    delete node[key];
    node[Array.isArray(node) ? key : key + "s"] = value;
  },
  ([node]) => Array.isArray(node) || (node[one(["type", "in", "required", "schema", "$ref", "name", "content"])] = one(WRONG)),
];

const documents = sources.map((file) => YAML.parse(fs.readFileSync(file, "utf8")));
const cases = path.join(work, "cases");
fs.rmSync(cases, { recursive: true, force: true });
fs.mkdirSync(cases, { recursive: true });

const tally = { both_accept: 0, both_refuse: 0, only_we_refuse: 0, only_we_accept: 0 };
const ours = new Map();
const missed = [];
for (let at = 0; at < Number(count); at++) {
  const document = structuredClone(one(documents));
  const place = one(places(document));
  one(changes)(place);
  const text = JSON.stringify(document, null, 1);
  const file = path.join(cases, `${at}.json`);
  fs.writeFileSync(file, text);
  let theirs = "";
  try {
    await SwaggerParser.validate(JSON.parse(text), { resolve: { external: false } });
  } catch (error) {
    theirs = String(error.message).split("\n").slice(0, 3).join(" ");
  }
  const said = spawnSync(polywire, ["check", "--format", "json", file], { encoding: "utf8" });
  if (said.status !== 0 && said.status !== 1) throw new Error(`${file}: exit ${said.status} ${said.stderr}`);
  // A key that is not known is a warning here, with what was meant: the rest is still read.
  const refused = said.status === 1 || said.stdout.includes("PW-R0104");
  if (theirs && refused) tally.both_refuse++;
  else if (!theirs && !refused) tally.both_accept++;
  else if (refused) {
    tally.only_we_refuse++;
    for (const code of new Set([...said.stdout.matchAll(/PW-[A-Z]\d{4}/g)].map(String))) ours.set(code, (ours.get(code) ?? 0) + 1);
  } else {
    tally.only_we_accept++;
    missed.push(`${at}.json ${place[2].join("/")}: ${theirs.slice(0, 160)}`);
  }
}
for (const line of missed.slice(0, 40)) console.log(`accepted here only: ${line}`);
for (const [code, times] of [...ours].sort()) console.log(`refused here only: ${code} ${times}`);
for (const [name, value] of Object.entries(tally)) console.log(`figure ${name} ${value}`);
