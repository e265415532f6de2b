package org.couplet.selftest;

import java.util.List;
import java.util.Optional;

/**
 * What a self-test found.
 *
 * @param machine where
 * @param right how many distinct operations are right
 * @param remembered how many of all were known from an earlier test
 * @param unchecked how many operations could not be checked
 * @param faults those that are wrong
 * @param bfloat16 whether any operation works in bfloat16
 */
public record Report(
    Machine machine,
    int right,
    int remembered,
    int unchecked,
    List<Fault> faults,
    boolean bfloat16) {
  /** Copies the list. */
  public Report {
    faults = List.copyOf(faults);
  }

  /** A variable of the environment with which the faults should be gone. */
  public record Remedy(String variable, String value) {
    @Override
    public String toString() {
      return variable + "=" + value;
    }
  }

  /**
   * The variable to restart the process with; empty without faults, or where no remedy is known.
   * bfloat16 has none: with oneDNN held to AVX2 it ends the process.
   */
  public Optional<Remedy> remedy() {
    if (faults.isEmpty() || bfloat16) {
      return Optional.empty();
    }
    boolean wide = machine.flags().contains("avx512f");
    boolean held = machine.environment().containsKey("ONEDNN_MAX_CPU_ISA");
    if (wide && !held) {
      return Optional.of(new Remedy("ONEDNN_MAX_CPU_ISA", "AVX2"));
    }
    boolean off = "0".equals(machine.environment().get("TF_ENABLE_ONEDNN_OPTS"));
    return off ? Optional.empty() : Optional.of(new Remedy("TF_ENABLE_ONEDNN_OPTS", "0"));
  }

  /** One line on what was found. */
  public String describe() {
    return faults.isEmpty()
        ? right
            + " operations right"
            + (unchecked > 0 ? ", " + unchecked + " could not be checked" : "")
        : faults.size()
            + " of "
            + (right + faults.size())
            + " operations wrong, the first: "
            + faults.get(0).describe();
  }
}
