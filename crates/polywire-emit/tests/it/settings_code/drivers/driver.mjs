// Calls `load` of many modules; prints values as JSON with texts in hexadecimal.
import { readFileSync } from "node:fs";

const hex = (text) => Buffer.from(text, "utf8").toString("hex");
const unhex = (text) => Buffer.from(text, "hex").toString("utf8");

function show(value) {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") {
    return String(value);
  }
  if (typeof value === "number") {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (typeof value === "string") {
    return `"${hex(value)}"`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(show).join(",")}]`;
  }
  return `{${Object.entries(value).map(([key, member]) => `"${hex(key)}":${show(member)}`).join(",")}}`;
}

for (const line of readFileSync(process.argv[2], "utf8").trimEnd().split("\n")) {
  const [program, ...pairs] = line.split(" ");
  const { load, ConfigError } = await import(`./js/t${program}.js`);
  const variables = Object.fromEntries(pairs.map((pair) => pair.split("=").map(unhex)));
  try {
    console.log(show(load(variables)));
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    console.log(`!${hex(error.message)}`);
  }
}
