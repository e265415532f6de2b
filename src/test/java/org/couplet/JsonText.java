package org.couplet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An object of JSON (RFC 8259), to check what was written; text that is none fails.
 *
 * @param members by name: of type Double, String, Boolean, List or JsonText
 */
public record JsonText(Map<String, Object> members) {
  /** Reads an object. */
  public static JsonText of(String text) {
    Reader reader = new Reader(text.strip());
    JsonText object = reader.object();
    if (reader.at != reader.text.length()) {
      throw new AssertionError("more text at " + reader.at);
    }
    return object;
  }

  /** A member, which must be there. */
  public Object get(String name) {
    Object value = members.get(name);
    if (value == null) {
      throw new AssertionError("no " + name + " in " + members);
    }
    return value;
  }

  /** A number. */
  public double number(String name) {
    return (Double) get(name);
  }

  /** A list. */
  public List<?> list(String name) {
    return (List<?>) get(name);
  }

  /** A list of objects. */
  public List<JsonText> objects(String name) {
    return list(name).stream().map(JsonText.class::cast).toList();
  }

  private static final class Reader {
    private final String text;
    private int at;

    private Reader(String text) {
      this.text = text;
    }

    private Object value() {
      return switch (text.charAt(at)) {
        case '{' -> object();
        case '[' -> list();
        case '"' -> string();
        case 't' -> word("true", true);
        case 'f' -> word("false", false);
        default -> number();
      };
    }

    private JsonText object() {
      Map<String, Object> map = new LinkedHashMap<>();
      at++;
      while (!ends('}', map.isEmpty())) {
        String name = string();
        expect(':');
        if (map.put(name, value()) != null) {
          throw new AssertionError(name + " twice");
        }
      }
      return new JsonText(map);
    }

    private List<Object> list() {
      List<Object> list = new ArrayList<>();
      at++;
      while (!ends(']', list.isEmpty())) {
        list.add(value());
      }
      return list;
    }

    // Steps over the end, or over the comma before the next element.
    private boolean ends(char end, boolean first) {
      if (text.charAt(at) == end) {
        at++;
        return true;
      }
      if (!first) {
        expect(',');
      }
      return false;
    }

    private void expect(char wanted) {
      if (text.charAt(at++) != wanted) {
        throw new AssertionError("no '" + wanted + "' at " + (at - 1) + " of " + text);
      }
    }

    private String string() {
      expect('"');
      StringBuilder string = new StringBuilder();
      for (; text.charAt(at) != '"'; at++) {
        if (text.charAt(at) != '\\') {
          string.append(text.charAt(at));
        } else if (text.charAt(++at) == 'u') {
          string.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        } else {
          string.append(text.charAt(at));
        }
      }
      at++;
      return string.toString();
    }

    private Object word(String word, boolean meaning) {
      if (!text.startsWith(word, at)) {
        throw new AssertionError("no value at " + at);
      }
      at += word.length();
      return meaning;
    }

    private Double number() {
      int begin = at;
      while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      String number = text.substring(begin, at);
      if (!number.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?")) {
        throw new AssertionError("'" + number + "' at " + begin + " is no number");
      }
      return Double.valueOf(number);
    }
  }
}
