import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads files with java.util.Properties, as bytes and as text: both must say the same. */
class Read {
  public static void main(String[] args) throws Exception {
    try (var files = Files.list(Path.of(args[0]))) {
      for (Path file : files.sorted().toList()) {
        Properties bytes = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
          bytes.load(in);
        }
        Properties text = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
          text.load(in);
        }
        String answer =
            new TreeMap<>(bytes)
                .entrySet().stream()
                    .map(e -> quoted((String) e.getKey()) + ":" + quoted((String) e.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        System.out.println(bytes.equals(text) ? answer : "\"bytes and text differ\"");
      }
    }
  }

  private static String quoted(String text) {
    StringBuilder all = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        all.append(String.format("\\u%04x", (int) c));
      } else {
        all.append(c);
      }
    }
    return all.append('"').toString();
  }
}
