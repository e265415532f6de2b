package org.couplet.transfer;

import org.tensorflow.ndarray.Shape;

/**
 * How PyTorch lays out what Couplet has as [height, width, in, out], [in, out] or a vector: as
 * [out, in, height, width], [out, in] or the same vector. Names differ in their separator alone.
 */
final class Layout {
  private Layout() {}

  /** Sizes in PyTorch. */
  static long[] foreign(Shape own) {
    long[] shape = own.asArray();
    return switch (shape.length) {
      case 2 -> new long[] {shape[1], shape[0]};
      case 4 -> new long[] {shape[3], shape[2], shape[0], shape[1]};
      default -> shape;
    };
  }

  /** A name in PyTorch: {@code enc.32x32_block0.conv0.weight}. */
  static String foreign(String own) {
    return own.replace('/', '.');
  }

  /** PyTorch's values, row-major, as Couplet's. */
  static float[] toOwn(float[] values, Shape own) {
    return moved(values, own, true);
  }

  /** Couplet's values as PyTorch's. */
  static float[] toForeign(float[] values, Shape own) {
    return moved(values, own, false);
  }

  // A transposition of [out, in, pixels] and [pixels, in, out].
  private static float[] moved(float[] values, Shape own, boolean toOwn) {
    int rank = own.numDimensions();
    if (rank != 2 && rank != 4) {
      return values;
    }
    int out = (int) own.get(rank - 1);
    int in = (int) own.get(rank - 2);
    int pixels = values.length / Math.max(1, in * out);
    float[] moved = new float[values.length];
    for (int pixel = 0; pixel < pixels; pixel++) {
      for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++) {
          int ours = (pixel * in + i) * out + o;
          int theirs = (o * in + i) * pixels + pixel;
          if (toOwn) {
            moved[ours] = values[theirs];
          } else {
            moved[theirs] = values[ours];
          }
        }
      }
    }
    return moved;
  }
}
