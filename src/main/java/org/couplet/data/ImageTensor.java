package org.couplet.data;

import java.util.function.IntFunction;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TUint8;

/** Images of one size as one tensor. */
final class ImageTensor {
  private ImageTensor() {}

  /**
   * Copies images into a tensor, which the caller closes.
   *
   * @param image [height, width, channels]
   * @param pixels of an image, asked for in order; the array may be the same each time
   * @return [count, height, width, channels]
   */
  static TUint8 of(Shape image, int count, IntFunction<byte[]> pixels) {
    TUint8 tensor = TUint8.tensorOf(Shape.of(count).append(image));
    try {
      ByteDataBuffer values = tensor.asRawTensor().data();
      for (int row = 0; row < count; row++) {
        values.offset(row * image.size()).write(pixels.apply(row));
      }
    } catch (RuntimeException | Error e) {
      tensor.close();
      throw e;
    }
    return tensor;
  }
}
