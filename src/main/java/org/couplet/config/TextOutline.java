package org.couplet.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which field each word of a textproto belongs to. It reads on after any error, so it can tell what
 * stands at the place that the parser complains about.
 */
final class TextOutline {
  /**
   * A word of the text.
   *
   * @param line from 1
   * @param column from 1
   * @param text the word
   * @param parent names of the messages around it
   * @param field name of the field it names or gives a value to; empty outside of fields
   * @param isValue whether it is in the position of the field's value
   */
  record Token(
      int line, int column, String text, List<String> parent, String field, boolean isValue) {
    /** The dotted path of the field. */
    String path() {
      List<String> names = new ArrayList<>(parent);
      if (!field.isEmpty()) {
        names.add(field);
      }
      return String.join(".", names);
    }
  }

  // A comment, a quoted text (closed or not), a name or number, any other sign.
  private static final Pattern WORD =
      Pattern.compile(
          "#.*|\"(?:[^\"\\\\\n]|\\\\.)*\"?|'(?:[^'\\\\\n]|\\\\.)*'?|[A-Za-z0-9_.+-]+|[^\\s]");

  private final List<Token> tokens = new ArrayList<>();
  private final List<String> messages = new ArrayList<>();
  // The same for all words between two brackets: a damaged text may open thousands.
  private List<String> around = List.of();
  private String field = "";
  private boolean valueNext;
  private boolean inList;

  /** Reads {@code text} as far as it goes. */
  TextOutline(String text) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      Matcher word = WORD.matcher(lines.get(i));
      while (word.find()) {
        if (!word.group().startsWith("#")) {
          add(i + 1, word.start() + 1, word.group());
        }
      }
    }
  }

  /** The last word that begins at the place or before it; null if there is none. */
  @Nullable Token at(int line, int column) {
    Token last = null;
    for (Token token : tokens) {
      if (token.line() > line || (token.line() == line && token.column() > column)) {
        break;
      }
      last = token;
    }
    return last;
  }

  /** The first word that {@code condition} holds for. */
  Optional<Token> first(Predicate<Token> condition) {
    return tokens.stream().filter(condition).findFirst();
  }

  /** Names of the messages that are still open at the end. */
  List<String> open() {
    return List.copyOf(messages);
  }

  private void add(int line, int column, String word) {
    boolean value = valueNext || inList;
    boolean name = !value && Character.isLetter(word.charAt(0));
    if (name || word.equals("}") || word.equals(">")) {
      field = name ? word : "";
    }
    tokens.add(new Token(line, column, word, around, field, value));
    switch (word) {
      case ":" -> valueNext = true;
      case "[" -> inList = valueNext;
      case "{", "<" -> enter();
      case "}", ">" -> leave();
      default -> valueNext = false;
    }
    if (word.equals("]")) {
      inList = false;
    }
  }

  private void enter() {
    messages.add(field);
    around = List.copyOf(messages);
    field = "";
    valueNext = false;
    inList = false;
  }

  private void leave() {
    if (!messages.isEmpty()) {
      messages.remove(messages.size() - 1);
      around = List.copyOf(messages);
    }
    valueNext = false;
    inList = false;
  }
}
