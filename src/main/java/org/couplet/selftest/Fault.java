package org.couplet.selftest;

import java.util.Locale;
import org.couplet.inspection.KernelCall;

/**
 * A kernel that is wrong on this machine.
 *
 * @param operation the call, as {@link KernelCall#describe} has it
 * @param error the largest error over the root mean square of the right values
 * @param words why it could not run; empty if it did
 */
public record Fault(String operation, double error, String words) {
  /** One line. */
  public String describe() {
    return operation
        + (words.isEmpty()
            ? String.format(Locale.ROOT, ": wrong by %.2g times the values' size", error)
            : ": " + words);
  }
}
