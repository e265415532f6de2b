package org.couplet.selftest;

import java.util.Locale;
import org.couplet.inspection.KernelCall;

/**
 * A kernel that is wrong on this machine.
 *
 * @param operation the call, as {@link KernelCall#describe} has it
 * @param error the largest error over the root mean square of the right values
 * @param failure why it could not run; empty if it did
 */
public record Fault(String operation, double error, String failure) {
  /** One line. */
  public String describe() {
    return operation
        + (failure.isEmpty()
            ? String.format(Locale.ROOT, ": wrong by %.2g times the values' size", error)
            : ": " + failure);
  }
}
