import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Calls {@code load} of many classes; prints values as JSON with texts in hexadecimal. */
public class Driver {
  static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  static String unhex(String text) {
    return new String(HexFormat.of().parseHex(text), StandardCharsets.UTF_8);
  }

  static String show(Object value) throws Exception {
    if (value == null || value instanceof Boolean || value instanceof Number) {
      return String.valueOf(value);
    }
    if (value instanceof String text) {
      return '"' + hex(text) + '"';
    }
    List<String> items = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object item : list) {
        items.add(show(item));
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        items.add(show(entry.getKey()) + ":" + show(entry.getValue()));
      }
      return "{" + String.join(",", items) + "}";
    } else if (value instanceof Enum<?> choice) {
      return show(choice.getClass().getMethod("text").invoke(choice));
    } else {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        items.add(show(component.getAccessor().invoke(value)));
      }
    }
    return "[" + String.join(",", items) + "]";
  }

  public static void main(String[] arguments) throws Exception {
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      String[] words = line.split(" ");
      Map<String, String> variables = new LinkedHashMap<>();
      for (int at = 1; at < words.length; at++) {
        String[] pair = words[at].split("=", -1);
        variables.put(unhex(pair[0]), unhex(pair[1]));
      }
      Class<?> type = Class.forName("t" + words[0] + ".Config");
      try {
        Object config = type.getMethod("load", Map.class).invoke(null, variables);
        if (config.toString().contains("password=p,") || config.toString().contains("pin=1234")) {
          throw new IllegalStateException(config.toString());
        }
        System.out.println(show(config));
      } catch (InvocationTargetException wrapped) {
        if (!wrapped.getCause().getClass().getSimpleName().equals("ConfigException")) {
          throw wrapped;
        }
        System.out.println("!" + hex(wrapped.getCause().getMessage()));
      }
    }
  }
}
