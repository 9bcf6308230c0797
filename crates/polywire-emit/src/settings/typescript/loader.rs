//! The parts of a TypeScript module that read the environment, each as prettier would write it.

use super::Needs;
use crate::settings::code::Part;

pub(super) const ERROR: &str = r#"/** Names everything in the environment that is missing or malformed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}"#;

pub(super) const LOAD: &str = r#"type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables over the values of the file: those of the process, where
 * there is one.
 */
export function load(env: Variables = processVariables()): Config {
  const reader = new Reader(env);"#;

pub(super) const LOAD_END: &str = r#"  if (reader.problems.length > 0) {
    throw new ConfigError(reader.problems);
  }
  return loaded;
}

function processVariables(): Variables {
  const host = globalThis as unknown as { process?: { env?: Variables } };
  return host.process?.env ?? {};
}"#;

/// What the types alone do not say.
pub(super) struct Uses {
    pub(super) small_integers: bool,
    pub(super) integers: bool,
    pub(super) nullable_text: bool,
    pub(super) inherited: bool,
}

/// The parts that are needed, in their order.
pub(super) fn parts(needs: &Needs, uses: &Uses) -> Vec<String> {
    let mut parts = vec![reader(needs)];
    let scalar =
        [Part::Bool, Part::Int, Part::Float, Part::Text, Part::Choice, Part::NullableText, Part::Any];
    let has = |of: &[Part]| needs.any(of);
    let rows: &[(bool, &str)] = &[
        (uses.inherited, INHERITED),
        (has(&[Part::Masked]), MASKED),
        (has(&[Part::Json]), NUMBER),
        (has(&scalar), TEXT),
        (has(&[Part::Bool]), BOOL),
        (uses.integers, BIG_INTEGER),
        (uses.small_integers, INTEGER),
        (has(&[Part::Float, Part::Any]), FLOAT),
        (has(&[Part::Choice]), CHOICE),
        (has(&[Part::Nullable]), NULLABLE),
        (uses.nullable_text, TEXT_OR_NULL),
        (has(&[Part::Json]), JSON),
        (has(&[Part::Words]), WORDS),
        (has(&[Part::List, Part::Any]), LIST),
        (has(&[Part::Map, Part::Any]), RECORD),
    ];
    parts.extend(rows.iter().filter(|(needed, _)| *needed).map(|(_, text)| (*text).to_owned()));
    if needs.has(Part::Record) {
        parts.push(members(needs));
    }
    parts.extend(needs.has(Part::Any).then(|| ANYTHING.to_owned()));
    if !needs.has(Part::Json) {
        for part in &mut parts {
            *part = part.replace("  if (value instanceof JsonNumber) {\n    return value.digits;\n  }\n", "");
        }
    }
    parts
}

/// Where an item lacks a member that every object inherits.
const INHERITED: &str = r#"/** The checker takes an inherited member for the one that is not there. */
function own<T>(value: unknown): T {
  return value as T;
}"#;

fn reader(needs: &Needs) -> String {
    let mut text = r#"type Parser<T> = (at: string, value: unknown) => T;

/** Says what a value is not. */
class Problem extends Error {
  readonly at: string;
  readonly what: string;

  constructor(at: string, what: string, text?: string) {
    const shown = text === undefined ? "" : `${JSON.stringify(text)} is `;
    super(`${at}: ${shown}not ${what}`);
    this.at = at;
    this.what = what;
  }
}

/** Reads variables, and keeps what is wrong with them. */
class Reader {
  readonly problems: string[] = [];
  private readonly variables: Variables;

  constructor(variables: Variables) {
    this.variables = variables;
  }

  optional<T, F extends T>(name: string, parser: Parser<T>, otherwise: F): T {
    const text = this.variables[name];
    return text === undefined ? otherwise : this.read(name, parser, text);
  }"#
    .to_owned();
    if needs.has(Part::Required) {
        text.push_str(
            r#"

  required<T>(name: string, parser: Parser<T>): T {
    const given: Parser<T> = (at, value) => {
      if (value === undefined) {
        throw new Problem(at, "set");
      }
      return parser(at, value);
    };
    return this.read(name, given, this.variables[name]);
  }"#,
        );
    }
    text.push_str(
        r#"

  private read<T>(name: string, parser: Parser<T>, value: unknown): T {
    try {
      return parser(name, value);
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      this.problems.push(error.message);
      return undefined as T; // Nobody sees it: load() throws.
    }
  }
}"#,
    );
    text
}

const MASKED: &str = r#"/** Keeps a value out of messages. */
function masked<T>(parser: Parser<T>): Parser<T> {
  return (at, value) => {
    try {
      return parser(at, value);
    } catch (error) {
      throw error instanceof Problem
        ? new Problem(error.at, error.what)
        : error;
    }
  };
}"#;

const NUMBER: &str = r#"/** A number of JSON as it is written. */
class JsonNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}"#;

const TEXT: &str = r#"function text(at: string, value: unknown): string {
  if (value instanceof JsonNumber) {
    return value.digits;
  }
  if (typeof value === "string" || typeof value === "boolean") {
    return String(value);
  }
  throw new Problem(at, "a single value");
}"#;

const BOOL: &str = r#"function bool(at: string, value: unknown): boolean {
  const found = text(at, value);
  if (["true", "1", "yes", "on"].includes(found.toLowerCase())) {
    return true;
  }
  if (["false", "0", "no", "off"].includes(found.toLowerCase())) {
    return false;
  }
  throw new Problem(at, "a boolean", found);
}"#;

const BIG_INTEGER: &str = r#"function bigInteger(low?: bigint, high?: bigint): Parser<bigint> {
  return (at, value) => {
    const digits = text(at, value);
    if (!/^[+-]?[0-9]{1,1000}$/.test(digits)) {
      throw new Problem(at, "an integer", digits);
    }
    const size = BigInt(digits.replace(/^[+-]/, ""));
    const number = digits.startsWith("-") ? -size : size;
    if (low === undefined || high === undefined) {
      return number;
    }
    if (number < low || number > high) {
      throw new Problem(at, `between ${low} and ${high}`, digits);
    }
    return number;
  };
}"#;

const INTEGER: &str = r#"function integer(
  low: number = Number.MIN_SAFE_INTEGER,
  high: number = Number.MAX_SAFE_INTEGER,
): Parser<number> {
  const parser = bigInteger(BigInt(low), BigInt(high));
  return (at, value) => Number(parser(at, value));
}"#;

const FLOAT: &str = r#"function float(at: string, value: unknown): number {
  const digits = text(at, value);
  if (!/^[0-9+.eE-]+$/.test(digits) || !Number.isFinite(Number(digits))) {
    throw new Problem(at, "a number", digits);
  }
  return Number(digits);
}"#;

const CHOICE: &str = r#"function choice<T extends string>(...choices: readonly T[]): Parser<T> {
  return (at, value) => {
    const found = text(at, value);
    const known = choices.find((one) => one === found);
    if (known === undefined) {
      throw new Problem(at, `one of ${choices.join(", ")}`, found);
    }
    return known;
  };
}"#;

const NULLABLE: &str = r#"function nullable<T>(parser: Parser<T>): Parser<T | null> {
  return (at, value) =>
    value === null || value === "" ? null : parser(at, value);
}"#;

const TEXT_OR_NULL: &str = r#"function textOrNull(at: string, value: unknown): string | null {
  return value === null ? null : text(at, value);
}"#;

const JSON: &str = r#"/** Reads the text of a variable as JSON. */
function json<T>(parser: Parser<T>): Parser<T> {
  return (at, value) => {
    let node: unknown;
    try {
      node = decoded(JSON.parse(String(value).replace(token, marked)));
    } catch {
      throw new Problem(at, "JSON", String(value));
    }
    return parser(at, node);
  };
}

const token = /"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*/g;

/** Makes a text of a number, so that it keeps its digits. */
function marked(found: string): string {
  if (found.startsWith('"')) {
    return `"t${found.slice(1)}`;
  }
  JSON.parse(found);
  return `"n${found}"`;
}

function decoded(node: unknown): unknown {
  if (typeof node === "string") {
    const rest = node.slice(1);
    return node.startsWith("n") ? new JsonNumber(rest) : rest;
  }
  if (Array.isArray(node)) {
    return node.map(decoded);
  }
  if (typeof node !== "object" || node === null) {
    return node;
  }
  const members = new Map<string, unknown>();
  for (const [key, member] of Object.entries(node)) {
    if (!key.startsWith("t")) {
      throw new SyntaxError(key);
    }
    members.set(key.slice(1), decoded(member));
  }
  return members;
}"#;

const WORDS: &str = r#"/** Reads words between commas, or a list in JSON. */
function words<T>(parser: Parser<T>): Parser<readonly T[]> {
  return (at, value) => {
    const all = blankless(String(value));
    if (all.startsWith("[")) {
      return json(list(parser))(at, all);
    }
    return list(parser)(at, all === "" ? [] : all.split(",").map(blankless));
  };
}

function blankless(words: string): string {
  return words.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}"#;

const LIST: &str = r#"function list<T>(parser: Parser<T>): Parser<readonly T[]> {
  return (at, value) => {
    if (!Array.isArray(value)) {
      throw new Problem(at, "a list");
    }
    return value.map((item, place) => parser(`${at}[${place}]`, item));
  };
}"#;

const RECORD: &str = r#"function record<T>(parser: Parser<T>): Parser<Readonly<Record<string, T>>> {
  return (at, value) => {
    if (!(value instanceof Map)) {
      throw new Problem(at, "a map");
    }
    const members = [...value] as [string, unknown][];
    return Object.fromEntries(
      members.map(([key, member]) => [key, parser(`${at}.${key}`, member)]),
    );
  };
}"#;

fn members(needs: &Needs) -> String {
    let mut text = r#"/** Reads the members of a record. */
class Members {
  readonly at: string;
  private readonly members: ReadonlyMap<string, unknown>;

  constructor(at: string, value: unknown, ...known: readonly string[]) {
    if (!(value instanceof Map)) {
      throw new Problem(at, "a record");
    }
    this.at = at;
    this.members = value;
    for (const name of [...this.members.keys()].sort()) {
      if (!known.includes(name)) {
        throw new Problem(`${at}.${name}`, "a known member");
      }
    }
  }"#
    .to_owned();
    if needs.has(Part::RequiredMember) {
        text.push_str(
            r#"

  required<T>(name: string, parser: Parser<T>): T {
    if (!this.members.has(name)) {
      throw new Problem(`${this.at}.${name}`, "set");
    }
    return parser(`${this.at}.${name}`, this.members.get(name));
  }"#,
        );
    }
    if needs.has(Part::OptionalMember) {
        text.push_str(
            r#"

  /** The member, or nothing. */
  optional<K extends string, T>(
    name: K,
    parser: Parser<T>,
  ): { readonly [key in K]?: T } {
    if (!this.members.has(name)) {
      return {};
    }
    const value = parser(`${this.at}.${name}`, this.members.get(name));
    return { [name]: value } as { readonly [key in K]: T };
  }

  /** The member, or nothing where it is null. */
  present<K extends string, T>(
    name: K,
    parser: Parser<T>,
  ): { readonly [key in K]?: T } {
    return this.members.get(name) === null ? {} : this.optional(name, parser);
  }"#,
        );
    }
    text + "\n}"
}

const ANYTHING: &str = r#"function anything(at: string, value: unknown): unknown {
  if (value instanceof JsonNumber) {
    if (/^-?[0-9]{1,1000}$/.test(value.digits)) {
      const number = Number(value.digits);
      return Number.isSafeInteger(number) ? number : BigInt(value.digits);
    }
    return float(at, value);
  }
  if (Array.isArray(value)) {
    return list(anything)(at, value);
  }
  return value instanceof Map ? record(anything)(at, value) : value;
}"#;
