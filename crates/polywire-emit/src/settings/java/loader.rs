//! The parts of a Java class that read the environment.

use super::{Needs, json};
use crate::settings::code::Part;

/// What may be needed of the library.
pub(super) const IMPORTS: &[&str] = &[
    "java.math.BigInteger",
    "java.util.AbstractMap",
    "java.util.ArrayList",
    "java.util.Arrays",
    "java.util.Collections",
    "java.util.LinkedHashMap",
    "java.util.List",
    "java.util.Map",
    "java.util.TreeMap",
    "java.util.function.Function",
];

/// The methods that give all settings, and their exception.
pub(super) fn load(class: &str, config: &str) -> String {
    format!(
        r#"/**
 * Reads the variables of the process over the values of the file.
 *
 * @throws ConfigException which names everything that is missing or malformed
 */
public static {class} load() {{
  return load(System.getenv());
}}

/**
 * Reads variables from elsewhere over the values of the file.
 *
 * @throws ConfigException which names everything that is missing or malformed
 */
public static {class} load(Map<String, String> variables) {{
  Environment env = new Environment(variables);
  {class} config =
      {config};
  if (!env.problems.isEmpty()) {{
    throw new ConfigException(env.problems);
  }}
  return config;
}}

/** Names everything in the environment that is missing or malformed. */
public static final class ConfigException extends RuntimeException {{
  private static final long serialVersionUID = 1L;

  private final ArrayList<String> problems;

  ConfigException(List<String> problems) {{
    super(String.join("\n", problems));
    this.problems = new ArrayList<>(problems);
  }}

  /** A line for each variable. */
  public List<String> problems() {{
    return Collections.unmodifiableList(problems);
  }}
}}"#
    )
}

/// A type whose values are some texts.
pub(super) fn choice(name: &str, constants: &str) -> String {
    format!(
        r#"/** One of some texts. */
public enum {name} {{
{constants};

  private final String text;

  {name}(String text) {{
    this.text = text;
  }}

  /** As it is written. */
  public String text() {{
    return text;
  }}
}}"#
    )
}

/// The classes that read.
pub(super) fn parts(needs: &Needs, records: &[String]) -> Vec<String> {
    let mut parts = vec![environment(needs), PARSER.to_owned(), PROBLEM.to_owned(), read(needs, records)];
    if needs.has(Part::Record) {
        parts.push(members(needs));
    }
    parts.extend(needs.has(Part::Json).then(|| json::NUMBER.to_owned()));
    parts.extend(needs.has(Part::Json).then(|| json::READER.to_owned()));
    parts
}

fn environment(needs: &Needs) -> String {
    let mut text = r#"/** Reads variables, and keeps what is wrong with them. */
private static final class Environment {
  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }"#
    .to_owned();
    if needs.has(Part::Optional) {
        text.push_str(
            r#"

  <T> T optional(String name, Parser<T> parser, T otherwise) {
    String text = variables.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return parser.read(name, text);
    } catch (Problem problem) {
      problems.add(problem.getMessage());
      return otherwise;
    }
  }"#,
        );
    }
    if needs.has(Part::Required) {
        text.push_str(
            r#"

  <T> T required(String name, Parser<T> parser, T blank) {
    String text = variables.get(name);
    try {
      if (text == null) {
        throw new Problem(name, "set");
      }
      return parser.read(name, text);
    } catch (Problem problem) {
      problems.add(problem.getMessage());
      return blank;
    }
  }"#,
        );
    }
    text + "\n}"
}

const PARSER: &str = r#"private interface Parser<T> {
  T read(String at, Object value);
}"#;

const PROBLEM: &str = r#"/** Says what a value is not. */
private static final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String at;
  private final String what;

  Problem(String at, String what) {
    super(at + ": not " + what);
    this.at = at;
    this.what = what;
  }

  Problem(String at, String what, String text) {
    super(at + ": " + quoted(text) + " is not " + what);
    this.at = at;
    this.what = what;
  }

  Problem masked() {
    return new Problem(at, what);
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> out.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
      }
    }
    return out.append('"').toString();
  }
}"#;

fn read(needs: &Needs, records: &[String]) -> String {
    let scalar = [Part::Bool, Part::Int, Part::Float, Part::Text, Part::Choice, Part::NullableText];
    let rows: &[(&[Part], &str)] = &[
        (&[Part::Masked], MASKED),
        (&scalar, TEXT),
        (&[Part::Bool], BOOL),
        (&[Part::Int], INTEGERS),
        (&[Part::Float, Part::Any], NUMBER),
        (&[Part::Choice], CHOICE),
        (&[Part::Nullable], NULLABLE),
        (&[Part::NullableText], TEXT_OR_NULL),
        (&[Part::Json], JSON),
        (&[Part::Words], WORDS),
        (&[Part::List], LIST),
        (&[Part::Map], MAP),
        (&[Part::Any], ANYTHING),
        (&[Part::Map, Part::Any], MAP_OF),
    ];
    let mut parts = vec!["  private Read() {}".to_owned()];
    parts.extend(rows.iter().filter(|(of, _)| needs.any(of)).map(|(_, text)| (*text).to_owned()));
    parts.extend(records.iter().map(|record| super::indented(record)));
    format!("private static final class Read {{\n{}\n}}", parts.join("\n\n"))
}

const MASKED: &str = r#"  /** Keeps a value out of messages. */
  static <T> Parser<T> masked(Parser<T> parser) {
    return (at, value) -> {
      try {
        return parser.read(at, value);
      } catch (Problem problem) {
        throw problem.masked();
      }
    };
  }"#;

const TEXT: &str = r#"  static String text(String at, Object value) {
    if (value == null || value instanceof List || value instanceof Map) {
      throw new Problem(at, "a single value");
    }
    return value.toString();
  }"#;

const BOOL: &str = r#"  static boolean bool(String at, Object value) {
    String text = text(at, value);
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case "true", "1", "yes", "on" -> true;
      case "false", "0", "no", "off" -> false;
      default -> throw new Problem(at, "a boolean", text);
    };
  }"#;

const INTEGERS: &str = r#"  static BigInteger bigInteger(String at, Object value) {
    String text = text(at, value);
    if (!text.matches("[+-]?[0-9]{1,1000}")) {
      throw new Problem(at, "an integer", text);
    }
    return new BigInteger(text);
  }

  static Parser<BigInteger> bigInteger(String low, String high) {
    return (at, value) -> {
      BigInteger number = bigInteger(at, value);
      if (number.compareTo(new BigInteger(low)) < 0 || number.compareTo(new BigInteger(high)) > 0) {
        throw new Problem(at, "between " + low + " and " + high, text(at, value));
      }
      return number;
    };
  }

  static Parser<Long> longInteger() {
    return longInteger(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  static Parser<Long> longInteger(long low, long high) {
    Parser<BigInteger> parser = bigInteger(String.valueOf(low), String.valueOf(high));
    return (at, value) -> parser.read(at, value).longValueExact();
  }

  static Parser<Integer> integer(int low, int high) {
    Parser<BigInteger> parser = bigInteger(String.valueOf(low), String.valueOf(high));
    return (at, value) -> parser.read(at, value).intValueExact();
  }"#;

const NUMBER: &str = r#"  static double number(String at, Object value) {
    String text = String.valueOf(value);
    if (value != null && text.matches("[0-9+.eE-]+")) {
      try {
        double number = Double.parseDouble(text);
        if (!Double.isInfinite(number)) {
          return number;
        }
      } catch (NumberFormatException wrong) {
        throw new Problem(at, "a number", text);
      }
    }
    if (value == null || value instanceof List || value instanceof Map) {
      throw new Problem(at, "a single value");
    }
    throw new Problem(at, "a number", text);
  }"#;

const CHOICE: &str = r#"  static <T> Parser<T> choice(T[] choices, Function<T, String> textOf) {
    return (at, value) -> {
      String text = text(at, value);
      List<String> names = new ArrayList<>();
      for (T choice : choices) {
        if (textOf.apply(choice).equals(text)) {
          return choice;
        }
        names.add(textOf.apply(choice));
      }
      throw new Problem(at, "one of " + String.join(", ", names), text);
    };
  }"#;

const NULLABLE: &str = r#"  static <T> Parser<T> nullable(Parser<T> parser) {
    return (at, value) -> value == null || value.equals("") ? null : parser.read(at, value);
  }"#;

const TEXT_OR_NULL: &str = r#"  static String textOrNull(String at, Object value) {
    return value == null ? null : text(at, value);
  }"#;

const JSON: &str = r#"  /** Reads the text of a variable as JSON. */
  static <T> Parser<T> json(Parser<T> parser) {
    return (at, value) -> {
      String text = String.valueOf(value);
      JsonReader reader = new JsonReader(text);
      Object node = reader.all();
      if (reader.failed) {
        throw new Problem(at, "JSON", text);
      }
      return parser.read(at, node);
    };
  }"#;

const WORDS: &str = r#"  /** Reads words between commas, or a list in JSON. */
  static <T> Parser<List<T>> words(Parser<T> parser) {
    return (at, value) -> {
      String text = blankless(String.valueOf(value));
      if (text.startsWith("[")) {
        return json(list(parser)).read(at, text);
      }
      List<Object> words = new ArrayList<>();
      for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
        words.add(blankless(word));
      }
      return list(parser).read(at, words);
    };
  }

  private static String blankless(String text) {
    return text.replaceAll("^[ \t\r\n]+|[ \t\r\n]+$", "");
  }"#;

const LIST: &str = r#"  static <T> Parser<List<T>> list(Parser<T> parser) {
    return (at, value) -> {
      if (!(value instanceof List<?> items)) {
        throw new Problem(at, "a list");
      }
      List<T> results = new ArrayList<>();
      for (Object item : items) {
        results.add(parser.read(at + "[" + results.size() + "]", item));
      }
      return Collections.unmodifiableList(results);
    };
  }"#;

const MAP: &str = r#"  static <T> Parser<Map<String, T>> map(Parser<T> parser) {
    return (at, value) -> {
      if (!(value instanceof Map<?, ?> members)) {
        throw new Problem(at, "a map");
      }
      Map<String, T> results = new LinkedHashMap<>();
      members.forEach(
          (key, member) -> results.put(key.toString(), parser.read(at + "." + key, member)));
      return Collections.unmodifiableMap(results);
    };
  }"#;

const ANYTHING: &str = r#"  static Object anything(String at, Object value) {
    if (value instanceof JsonNumber number) {
      if (number.isInteger()) {
        BigInteger whole = new BigInteger(number.digits());
        return whole.bitLength() < 64 ? (Object) whole.longValueExact() : whole;
      }
      return number(at, value);
    }
    if (value instanceof List<?> items) {
      List<Object> results = new ArrayList<>();
      for (Object item : items) {
        results.add(anything(at + "[" + results.size() + "]", item));
      }
      return Collections.unmodifiableList(results);
    }
    if (value instanceof Map<?, ?> members) {
      Map<String, Object> results = new LinkedHashMap<>();
      members.forEach(
          (key, member) -> results.put(key.toString(), anything(at + "." + key, member)));
      return Collections.unmodifiableMap(results);
    }
    return value;
  }"#;

const MAP_OF: &str = r#"  static <T> Map.Entry<String, T> entry(String key, T value) {
    return new AbstractMap.SimpleImmutableEntry<>(key, value);
  }

  @SafeVarargs
  static <T> Map<String, T> mapOf(Map.Entry<String, T>... entries) {
    Map<String, T> results = new LinkedHashMap<>();
    for (Map.Entry<String, T> entry : entries) {
      results.put(entry.getKey(), entry.getValue());
    }
    return Collections.unmodifiableMap(results);
  }"#;

fn members(needs: &Needs) -> String {
    let mut text = r#"/** Reads the members of a record. */
private static final class Members {
  private final String at;
  private final Map<String, Object> values = new TreeMap<>();

  Members(String at, Object value, String... known) {
    if (!(value instanceof Map<?, ?> members)) {
      throw new Problem(at, "a record");
    }
    this.at = at;
    members.forEach((key, member) -> values.put(key.toString(), member));
    for (String key : values.keySet()) {
      if (!Arrays.asList(known).contains(key)) {
        throw new Problem(at + "." + key, "a known member");
      }
    }
  }"#
    .to_owned();
    if needs.has(Part::RequiredMember) {
        text.push_str(
            r#"

  <T> T required(String name, Parser<T> parser) {
    if (!values.containsKey(name)) {
      throw new Problem(at + "." + name, "set");
    }
    return parser.read(at + "." + name, values.get(name));
  }"#,
        );
    }
    if needs.has(Part::OptionalMember) {
        text.push_str(
            r#"

  <T> T optional(String name, Parser<T> parser) {
    Object value = values.get(name);
    return value == null ? null : parser.read(at + "." + name, value);
  }"#,
        );
    }
    text + "\n}"
}
