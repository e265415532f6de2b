package org.couplet;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.couplet.inspection.KernelCall;
import org.couplet.loading.SavedModelGraph;
import org.couplet.selftest.Machine;
import org.couplet.selftest.Report;
import org.couplet.selftest.SelfTest;
import org.couplet.selftest.ShapeGrid;
import org.tensorflow.proto.DataType;

/** What tests that compute in bfloat16 need of the processor. */
public final class Bfloat16 {
  // Processors without instructions for it take long.
  private static final long MOST_VALUES = 50_000;

  private Bfloat16() {}

  /**
   * Skips the test, with the reason, where bfloat16 is wrong, or may be: with hidden caches
   * oneDNN's convolutions are wrong for some shapes, and not at each call.
   */
  public static void assumeRight() {
    assumeFalse(
        Machine.here().hidesCaches(), "this machine hides its caches: bfloat16 is not reliable");
    List<KernelCall> calls =
        ShapeGrid.few(DataType.DT_BFLOAT16).stream()
            .filter(call -> call.inputs().stream().allMatch(shape -> shape.size() <= MOST_VALUES))
            .toList();
    Report report = SelfTest.here(SavedModelGraph.session(2)).run(calls, 0);
    assumeTrue(
        report.faults().isEmpty(),
        () -> "bfloat16 is wrong on this processor: " + report.describe());
  }
}
