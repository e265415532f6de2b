package org.couplet.program;

import org.tensorflow.types.TFloat32;

/** Copies of tensors' values. */
public final class Floats {
  private Floats() {}

  /** A tensor's values, row-major. */
  public static float[] of(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
