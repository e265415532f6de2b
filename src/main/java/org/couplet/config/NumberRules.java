package org.couplet.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of single numbers, by path. A path through a oneof's member that is not chosen has nothing
 * to check; each entry of a list is checked.
 */
final class NumberRules {
  private final Message experiment;
  private final Origins origins;

  /**
   * @param experiment a resolved experiment
   * @param origins where its values were written
   */
  NumberRules(Message experiment, Origins origins) {
    this.experiment = experiment;
    this.origins = origins;
  }

  /** Every floating-point number is neither NaN nor infinite. */
  void allFinite() {
    allFinite(experiment, "");
  }

  private void allFinite(Message message, String prefix) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      String path = prefix + entry.getKey().getName();
      if (entry.getValue() instanceof Message child) {
        allFinite(child, path + ".");
      } else {
        for (Object value : entries(entry.getValue())) {
          if (value instanceof Double number && !Double.isFinite(number)) {
            throw origins.problem(
                path, plain(number) + " is not a finite number. Give a finite one");
          }
        }
      }
    }
  }

  /** Greater than 0. */
  void positive(String path) {
    for (double value : numbers(path)) {
      if (value <= 0) {
        throw origins.problem(path, plain(value) + " is not positive. Give a number above 0");
      }
    }
  }

  /** Greater than 1. */
  void aboveOne(String path) {
    for (double value : numbers(path)) {
      if (value <= 1) {
        throw origins.problem(path, plain(value) + " is too small. Give a number above 1");
      }
    }
  }

  /** At least {@code least}. */
  void atLeast(String path, long least) {
    for (double value : numbers(path)) {
      if (value < least) {
        throw origins.problem(path, plain(value) + " is too small. Give " + least + " or more");
      }
    }
  }

  /** At most {@code most}. */
  void atMost(String path, long most) {
    for (double value : numbers(path)) {
      if (value > most) {
        throw origins.problem(path, plain(value) + " is too large. Give " + most + " or less");
      }
    }
  }

  /** In [0, 1]. */
  void probability(String path) {
    for (double value : numbers(path)) {
      if (value < 0 || value > 1) {
        throw origins.problem(path, plain(value) + " is not in [0, 1]. Give a number from 0 to 1");
      }
    }
  }

  /** In [0, 1). */
  void belowOne(String path) {
    for (double value : numbers(path)) {
      if (value < 0 || value >= 1) {
        throw origins.problem(
            path, plain(value) + " is not in [0, 1). Give a number from 0 to below 1");
      }
    }
  }

  /** A number as a person writes it: 80, not 80.0; 0.0001, not 1.0E-4. */
  static String plain(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value) || (size != 0 && (size < 1e-6 || size >= 1e15))) {
      return Double.toString(value);
    }
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private List<Double> numbers(String path) {
    Object value = value(path);
    return value == null
        ? List.of()
        : entries(value).stream().map(entry -> ((Number) entry).doubleValue()).toList();
  }

  /** The value at {@code path}; null below a oneof's member that is not chosen. */
  private @Nullable Object value(String path) {
    Object value = experiment;
    for (String name : path.split("\\.", -1)) {
      MessageOrBuilder message = (MessageOrBuilder) value;
      FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
      if (field == null) {
        throw new IllegalArgumentException("No field " + path);
      }
      if (!field.isRepeated() && !message.hasField(field)) {
        return null;
      }
      value = message.getField(field);
    }
    return value;
  }

  private static List<?> entries(Object value) {
    return value instanceof List<?> list ? list : List.of(value);
  }
}
