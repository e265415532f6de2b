package org.couplet.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;

/**
 * Values from the command line, {@code path.to.field=value}, laid over an experiment. A path
 * through a oneof's member chooses it; a list is replaced by {@code [1, 2]} or {@code 1,2}, or by
 * the single values of several overrides; a message is replaced by {@code {...}}.
 */
final class Overrides {
  private static final int DEEPEST = 4;
  private static final int MOST_SHOWN = 60;

  private final TextFormat.Parser parser;
  private final Origins origins;
  private final Set<String> begunLists = new HashSet<>();

  /**
   * @param parser reads the values
   * @param origins learns which values came from here
   */
  Overrides(TextFormat.Parser parser, Origins origins) {
    this.parser = parser;
    this.origins = origins;
  }

  /** Applies all, the last one winning. */
  void apply(Experiment.Builder experiment, List<String> overrides) {
    for (String override : overrides) {
      apply(experiment, override);
    }
  }

  private void apply(Experiment.Builder experiment, String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw problem(override, "no value. Write --set path.to.field=value");
    }
    String path = override.substring(0, equals).strip();
    if (LongLines.isLong(override)) {
      throw problem(
          path.substring(0, Math.min(path.length(), MOST_SHOWN)),
          "the value is too long: " + override.length() + " characters");
    }
    String value = override.substring(equals + 1).strip();
    String[] names = path.split("\\.", -1);
    Message.Builder message = experiment;
    String prefix = "";
    for (int i = 0; i < names.length - 1; i++) {
      FieldDescriptor field = field(message.getDescriptorForType(), names[i], prefix, override);
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        throw problem(
            override, prefix + names[i] + " is a single value. Write it without a further name");
      }
      message = message.getFieldBuilder(field);
      prefix += names[i] + ".";
    }
    FieldDescriptor field =
        field(message.getDescriptorForType(), names[names.length - 1], prefix, override);
    set(message, field, read(message, field, value, override, prefix), path, value);
    origins.addOverride(path, override);
  }

  private static FieldDescriptor field(
      Descriptor message, String name, String prefix, String override) {
    FieldDescriptor field = message.findFieldByName(name);
    if (field == null) {
      List<String> names = message.getFields().stream().map(FieldDescriptor::getName).toList();
      String where = prefix.isEmpty() ? "" : " in " + prefix.substring(0, prefix.length() - 1);
      List<String> deeper = paths(message, name, prefix, DEEPEST);
      String remedy =
          deeper.isEmpty()
              ? Spelling.suggest(name, names)
              : "Did you mean " + String.join(" or ", deeper) + "?";
      throw problem(override, "no field named \"" + name + "\"" + where + ". " + remedy);
    }
    return field;
  }

  // Of the fields below a message that have a name.
  private static List<String> paths(Descriptor message, String name, String prefix, int depth) {
    List<String> paths = new ArrayList<>();
    for (FieldDescriptor field : message.getFields()) {
      if (field.getName().equals(name)) {
        paths.add(prefix + name);
      }
      if (depth > 0 && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        paths.addAll(
            paths(field.getMessageType(), name, prefix + field.getName() + ".", depth - 1));
      }
    }
    return paths;
  }

  /** The value, in an otherwise empty message of the field's parent. */
  private Message read(
      Message.Builder parent, FieldDescriptor field, String value, String override, String prefix) {
    if (value.isEmpty() && field.getJavaType() != FieldDescriptor.JavaType.STRING) {
      throw problem(override, "the value is missing. Write --set path.to.field=value");
    }
    String text = field.getName() + ": " + written(field, value);
    Message.Builder reading = parent.getDefaultInstanceForType().newBuilderForType();
    try {
      parser.merge(text, reading);
    } catch (TextFormat.ParseException e) {
      String problem =
          new PlainSyntaxError(text, parent.getDescriptorForType(), prefix).explain(e).text();
      String own = prefix + field.getName() + ": ";
      throw problem(override, problem.startsWith(own) ? problem.substring(own.length()) : problem);
    }
    // "1 steps: 2" reads as two fields.
    if (reading.getAllFields().keySet().stream().anyMatch(other -> !other.equals(field))) {
      throw problem(override, "more than one value. Give each field its own --set");
    }
    return reading.build();
  }

  /** The value as textproto has it: strings quoted, lists in brackets. */
  private static String written(FieldDescriptor field, String value) {
    if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
      return '"' + TextFormat.escapeDoubleQuotesAndBackslashes(value) + '"';
    }
    return field.isRepeated() && !value.startsWith("[") ? "[" + value + "]" : value;
  }

  private void set(
      Message.Builder message, FieldDescriptor field, Message reading, String path, String value) {
    boolean single = !value.startsWith("[") && value.indexOf(',') < 0;
    if (field.isRepeated() && single && begunLists.contains(path)) {
      message.addRepeatedField(field, reading.getRepeatedField(field, 0));
      return;
    }
    if (field.isRepeated()) {
      begunLists.add(path);
    }
    message.setField(field, reading.getField(field));
  }

  private static InvalidInputException problem(String override, String message) {
    return new InvalidInputException("--set " + override + ": " + message);
  }
}
