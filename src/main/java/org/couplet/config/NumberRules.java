package org.couplet.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.couplet.config.proto.Options;
import org.couplet.config.proto.Range;

/** Checks each number of an experiment against the range that the schema gives its field. */
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

  /** Every number is finite and in its range. */
  void check() {
    check(experiment, "");
  }

  private void check(Message message, String prefix) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String path = prefix + field.getName();
      if (entry.getValue() instanceof Message child) {
        check(child, path + ".");
        continue;
      }
      List<?> values = entry.getValue() instanceof List<?> list ? list : List.of(entry.getValue());
      for (Object value : values) {
        if (value instanceof Number number) {
          check(path, number.doubleValue(), field.getOptions().getExtension(Options.range));
        }
      }
    }
  }

  private void check(String path, double value, Range range) {
    if (!Double.isFinite(value)) {
      throw origins.problem(path, "must be finite, got " + plain(value));
    }
    boolean high = range.hasBelow() && value >= range.getBelow();
    boolean low = range.hasAbove() && value <= range.getAbove();
    if (high
        || low
        || (range.hasAtLeast() && value < range.getAtLeast())
        || (range.hasAtMost() && value > range.getAtMost())) {
      throw origins.problem(path, "must be " + describe(range) + ", got " + plain(value));
    }
  }

  private static String describe(Range range) {
    if (range.hasAtLeast() && (range.hasAtMost() || range.hasBelow())) {
      return "in [%s, %s%s"
          .formatted(
              plain(range.getAtLeast()),
              plain(range.hasBelow() ? range.getBelow() : range.getAtMost()),
              range.hasBelow() ? ")" : "]");
    }
    if (range.hasAbove()) {
      return range.getAbove() == 0 ? "positive" : "above " + plain(range.getAbove());
    }
    return range.hasAtLeast()
        ? "at least " + plain(range.getAtLeast())
        : "at most " + plain(range.getAtMost());
  }

  /** A number as a person writes it: 80, not 80.0; 0.0001, not 1.0E-4. */
  static String plain(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value) || (size != 0 && (size < 1e-6 || size >= 1e15))) {
      return Double.toString(value);
    }
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
