package org.couplet.program;

import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Copies of tensors' values. */
public final class Floats {
  private Floats() {}

  /** A tensor's values, row-major. */
  public static float[] of(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  /** The same values, 0..255, as floats; the caller closes the tensor. */
  static TFloat32 of(TUint8 bytes) {
    byte[] read = Bytes.of(bytes);
    TFloat32 floats = TFloat32.tensorOf(bytes.shape());
    float[] values = new float[read.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Byte.toUnsignedInt(read[i]);
    }
    floats.asRawTensor().data().asFloats().write(values);
    return floats;
  }
}
