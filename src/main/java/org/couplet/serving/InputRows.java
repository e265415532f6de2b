package org.couplet.serving;

import java.util.Map;
import java.util.TreeMap;
import org.couplet.contract.Contract;

/** How many rows the inputs of a call have. */
public final class InputRows {
  private InputRows() {}

  /**
   * By the names of the inputs: along the first axis, or as many as a {@code count} asks for.
   * Inputs that are for all rows are left out.
   */
  public static Map<String, Long> of(Map<String, HostTensor> inputs) {
    Map<String, Long> rows = new TreeMap<>();
    inputs.forEach(
        (name, values) -> {
          if (name.equals(Contract.COUNT) && values.isScalar()) {
            rows.put(name, values.buffer().getLong());
          } else if (!isForAllRows(name, values)) {
            rows.put(name, (long) values.rows());
          }
        });
    return rows;
  }

  // A sample's levels are those of all its rows; so is a level that stands alone.
  private static boolean isForAllRows(String name, HostTensor values) {
    return values.isScalar()
        || name.equals(Contract.SIGMAS)
        || (name.equals(Contract.SIGMA) && values.rows() == 1);
  }

  /** What is computed at most, at least 1. */
  static int most(Map<String, HostTensor> inputs) {
    return Math.toIntExact(
        of(inputs).values().stream().mapToLong(rows -> Math.max(1, rows)).max().orElse(1));
  }
}
