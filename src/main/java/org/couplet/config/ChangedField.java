package org.couplet.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A field in which two experiments differ.
 *
 * @param path dotted field names from the experiment down
 * @param from the value in the first: a number, a truth value, text, or a list of these; an enum is
 *     its name, a message without fields is {@code {}}; null where the first has no such field
 * @param to the value in the second
 */
public record ChangedField(String path, @Nullable Object from, @Nullable Object to) {
  /** The fields in which two resolved experiments differ, in the order of the schema. */
  public static List<ChangedField> between(Message one, Message other) {
    Map<String, Object> before = new LinkedHashMap<>();
    Map<String, Object> after = new LinkedHashMap<>();
    flatten(one, "", before);
    flatten(other, "", after);
    Set<String> paths = new LinkedHashSet<>(before.keySet());
    paths.addAll(after.keySet());
    List<ChangedField> changed = new ArrayList<>();
    for (String path : paths) {
      Object from = before.get(path);
      Object to = after.get(path);
      if (!Objects.equals(from, to)) {
        changed.add(new ChangedField(path, from, to));
      }
    }
    return changed;
  }

  private static void flatten(Message message, String prefix, Map<String, Object> values) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      String path = prefix + entry.getKey().getName();
      if (!(entry.getValue() instanceof Message child)) {
        values.put(path, plain(entry.getKey(), entry.getValue()));
      } else if (child.getAllFields().isEmpty()) {
        values.put(path, "{}");
      } else {
        flatten(child, path + ".", values);
      }
    }
  }

  private static Object plain(FieldDescriptor field, Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(each -> plain(field, each)).toList();
    }
    return field.getJavaType() == FieldDescriptor.JavaType.ENUM ? value.toString() : value;
  }

  /** {@code run.steps 20 -> 40}. */
  public String describe() {
    return path + " " + text(from) + " -> " + text(to);
  }

  private static String text(@Nullable Object value) {
    if (value instanceof Double number) {
      return NumberRules.plain(number);
    }
    return value == null ? "(none)" : value.equals("") ? "\"\"" : value.toString();
  }
}
