package org.couplet.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.couplet.io.Spelling;
import org.jspecify.annotations.Nullable;

/** Says in plain words, with the field's path, what the textproto parser could not read. */
public final class PlainSyntaxError {
  /**
   * A problem in plain words.
   *
   * @param line its line, from 1
   * @param text the path, what is wrong there, and the remedy
   */
  public record Problem(int line, String text) {}

  private final TextOutline outline;
  private final Descriptor root;
  private final String prefix;

  /**
   * @param text what was parsed
   * @param root the message it was parsed as
   * @param prefix the path of that message with a dot at the end; empty for the experiment
   */
  public PlainSyntaxError(String text, Descriptor root, String prefix) {
    this.outline = new TextOutline(text);
    this.root = root;
    this.prefix = prefix;
  }

  /** The problem as the parser found it, or the unknown name that misled the parser. */
  public Problem explain(TextFormat.ParseException failure) {
    TextOutline.Token token = outline.at(failure.getLine(), failure.getColumn());
    if (token == null) {
      return new Problem(failure.getLine(), "the text is empty. Write the experiment into it");
    }
    if (message(token.parent()) == null) {
      // The parser has read on inside of an unknown message.
      token = outline.first(this::isUnknown).orElse(token);
    }
    return new Problem(
        isUnknown(token) ? token.line() : failure.getLine(),
        explain(token, String.valueOf(failure.getMessage())));
  }

  private boolean isUnknown(TextOutline.Token token) {
    Descriptor parent = message(token.parent());
    return parent != null
        && !token.field().isEmpty()
        && parent.findFieldByName(token.field()) == null;
  }

  private String explain(TextOutline.Token token, String words) {
    Descriptor parent = message(token.parent());
    FieldDescriptor field = parent == null ? null : parent.findFieldByName(token.field());
    String path = prefix + token.path();
    if (parent != null && isUnknown(token)) {
      List<String> names = parent.getFields().stream().map(FieldDescriptor::getName).toList();
      return path + ": no such field. " + Spelling.suggest(token.field(), names);
    }
    // The library has no error codes, so its messages distinguish the cases.
    if (field != null && words.contains("cannot be overwritten")) {
      return path + ": given twice. Keep one";
    }
    if (field != null && words.contains("another member of oneof")) {
      return path + ": only one of " + choice(field) + " may be given. Keep one";
    }
    if (words.contains("Expected \"}\"")) {
      return prefix + String.join(".", outline.open()) + ": its \"{\" is not closed. Add a \"}\"";
    }
    if (words.contains("missing ending quote")) {
      return path + ": the text has no closing quote. Close it on the same line";
    }
    if (field != null && token.isValue()) {
      return path + ": " + wrongValue(field, token.text());
    }
    return syntax(path, token);
  }

  private static String syntax(String path, TextOutline.Token token) {
    String remedy = ". Each field is written name: value or name { ... }";
    String where = path.isEmpty() ? "" : path + ": ";
    return where + "\"" + token.text() + "\" is not expected here" + remedy;
  }

  private static String wrongValue(FieldDescriptor field, String value) {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      return value + " is not a group of fields. Write " + field.getName() + " { ... }";
    }
    if (value.equals("[") && !field.isRepeated()) {
      return "a list, where one value belongs. Write " + field.getName() + ": value";
    }
    if (value.equals("{") || value.equals("<")) {
      return "a group of fields, where a value belongs. Write " + field.getName() + ": value";
    }
    return switch (field.getJavaType()) {
      case INT -> value + " is not a whole number of 32 bits. Write it in digits";
      case LONG -> value + " is not a whole number of 64 bits. Write it in digits";
      case FLOAT, DOUBLE -> value + " is not a number. Write it like 0.5 or 1e-4";
      case BOOLEAN -> value + " is neither true nor false. Write one of them";
      case ENUM -> value + " is not known. Write one of " + values(field.getEnumType());
      default -> value + " is not a text. Put it in double quotes";
    };
  }

  private static String values(EnumDescriptor type) {
    return type.getValues().stream()
        .map(EnumValueDescriptor::getName)
        .collect(Collectors.joining(", "));
  }

  private static String choice(FieldDescriptor member) {
    return member.getContainingOneof().getFields().stream()
        .map(FieldDescriptor::getName)
        .collect(Collectors.joining(", "));
  }

  /** The message at {@code names} below the root; null if there is none. */
  private @Nullable Descriptor message(List<String> names) {
    Descriptor message = root;
    for (String name : names) {
      FieldDescriptor field = message.findFieldByName(name);
      if (field == null || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        return null;
      }
      message = field.getMessageType();
    }
    return message;
  }
}
