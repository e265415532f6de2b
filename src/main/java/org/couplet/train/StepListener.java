package org.couplet.train;

import java.io.IOException;
import java.util.OptionalDouble;
import org.couplet.program.ScheduledValues;
import org.couplet.program.StepMetrics;

/** Something that looks at a training run after each step. */
public interface StepListener {
  /**
   * What has just happened.
   *
   * @param completed steps so far, this one included
   * @param numbers that were fed
   * @param metrics that came back
   * @param seconds that the step took, its wait for the batch included
   * @param waitedSeconds of these, for the batch
   * @param pairingSeconds that batch-OT's choice of noise took, beside the step before; else 0
   * @param gradientVariance of the rows' gradients, where it was measured
   */
  record Step(
      long completed,
      ScheduledValues numbers,
      StepMetrics metrics,
      double seconds,
      double waitedSeconds,
      double pairingSeconds,
      OptionalDouble gradientVariance) {}

  /**
   * The loop is about to begin, or to go on.
   *
   * @param completed steps in all
   */
  default void begin(long completed) throws IOException {}

  /** A step was completed. */
  void afterStep(Step step) throws IOException;

  /**
   * The loop ended in order, by its last step or by an interrupt.
   *
   * @param completed steps in all
   */
  default void finish(long completed) throws IOException {}
}
