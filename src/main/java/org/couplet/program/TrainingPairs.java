package org.couplet.program;

import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;

/** The pairs of one training step; closing this frees its tensors. */
public final class TrainingPairs implements AutoCloseable {
  private final Result result;

  // The order is that of TrainingProgram's call.
  TrainingPairs(Result result) {
    this.result = result;
  }

  /** x_i, [n, element...]. */
  public TFloat32 low() {
    return (TFloat32) result.get(0);
  }

  /** x_{i+1}, [n, element...]. */
  public TFloat32 high() {
    return (TFloat32) result.get(1);
  }

  /** sigma_i, [n]. */
  public float[] sigmaLow() {
    return Floats.of((TFloat32) result.get(2));
  }

  /** sigma_{i+1}, [n]. */
  public float[] sigmaHigh() {
    return Floats.of((TFloat32) result.get(3));
  }

  @Override
  public void close() {
    result.close();
  }
}
