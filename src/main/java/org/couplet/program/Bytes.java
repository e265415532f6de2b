package org.couplet.program;

import org.tensorflow.types.TUint8;

/** Copies of tensors' values. */
public final class Bytes {
  private Bytes() {}

  /** A tensor's values, row-major, unsigned. */
  public static byte[] of(TUint8 tensor) {
    byte[] values = new byte[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().read(values);
    return values;
  }
}
