package org.couplet.program;

/**
 * What a training step reports.
 *
 * @param loss mean of weight times distance over the batch
 * @param gradientNorm Euclidean norm of the gradient, before clipping
 */
public record StepMetrics(double loss, double gradientNorm) {
  /** Whether both are finite numbers; other steps may be skipped, as the program decides alike. */
  public boolean isFinite() {
    return Float.isFinite((float) loss + (float) gradientNorm);
  }
}
