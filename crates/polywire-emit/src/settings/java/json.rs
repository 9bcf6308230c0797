//! What reads JSON in a Java class, where the language brings nothing for it.

/// The digits of a number.
pub(super) const NUMBER: &str = r#"/** A number as it is written. */
private record JsonNumber(String digits) {
  boolean isInteger() {
    return digits.matches("-?[0-9]{1,1000}");
  }

  @Override
  public String toString() {
    return digits;
  }
}"#;

/// What reads values; `failed` after the last.
pub(super) const READER: &str = r#"private static final class JsonReader {
  private final String text;
  private int place;
  private int depth;
  private boolean failed;

  JsonReader(String text) {
    this.text = text;
  }

  Object all() {
    Object value = value();
    blanks();
    failed |= place < text.length();
    return value;
  }

  private char peek() {
    return place < text.length() ? text.charAt(place) : '\0';
  }

  private char next() {
    failed |= place >= text.length();
    return failed ? '\0' : text.charAt(place++);
  }

  private void blanks() {
    while (place < text.length() && " \t\r\n".indexOf(text.charAt(place)) >= 0) {
      place++;
    }
  }

  private boolean take(String word) {
    boolean taken = text.startsWith(word, place);
    place += taken ? word.length() : 0;
    return taken;
  }

  private Object value() {
    blanks();
    failed |= ++depth > 100;
    if (failed) {
      return null;
    }
    Object value =
        switch (peek()) {
          case '"' -> string();
          case '[' -> list();
          case '{' -> map();
          default -> word();
        };
    depth--;
    return value;
  }

  private Object word() {
    if (take("true")) {
      return true;
    }
    if (take("false")) {
      return false;
    }
    if (take("null")) {
      return null;
    }
    int start = place;
    while (place < text.length() && "+-.eE0123456789".indexOf(text.charAt(place)) >= 0) {
      place++;
    }
    String digits = text.substring(start, place);
    failed |= !digits.matches("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?");
    return new JsonNumber(digits);
  }

  private List<Object> list() {
    List<Object> items = new ArrayList<>();
    take("[");
    blanks();
    boolean more = !take("]");
    while (more && !failed) {
      items.add(value());
      more = more("]");
    }
    return items;
  }

  private Map<String, Object> map() {
    Map<String, Object> members = new TreeMap<>();
    take("{");
    blanks();
    boolean more = !take("}");
    while (more && !failed) {
      blanks();
      String key = string();
      blanks();
      failed |= !take(":");
      members.put(key, value());
      more = more("}");
    }
    return members;
  }

  private boolean more(String close) {
    blanks();
    boolean more = take(",");
    failed |= !more && !take(close);
    return more;
  }

  private String string() {
    failed |= !take("\"");
    StringBuilder out = new StringBuilder();
    while (!failed) {
      char c = next();
      if (c == '"') {
        break;
      }
      failed |= c < ' ';
      out.append(c == '\\' ? escape() : c);
    }
    return out.toString();
  }

  private char escape() {
    char c = next();
    if (c == 'u') {
      String digits = text.substring(place, Math.min(place + 4, text.length()));
      failed |= !digits.matches("[0-9a-fA-F]{4}");
      place += digits.length();
      return failed ? '\0' : (char) Integer.parseInt(digits, 16);
    }
    int known = "\"\\/bfnrt".indexOf(c);
    failed |= known < 0;
    return failed ? '\0' : "\"\\/\b\f\n\r\t".charAt(known);
  }
}"#;
