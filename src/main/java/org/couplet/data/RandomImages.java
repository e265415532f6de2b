package org.couplet.data;

import java.io.IOException;
import java.nio.file.Path;
import org.couplet.npy.NpyWriter;
import org.tensorflow.ndarray.Shape;

/** Images of independent random pixels, to measure with where no data are at hand. */
public final class RandomImages {
  private RandomImages() {}

  /**
   * Writes images as {@code couplet data} does.
   *
   * @param file a .npy file that does not exist yet
   * @param count number of images, at least 1
   * @param shape [height, width, channels]
   */
  public static void write(Path file, int count, Shape shape) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, shape)) {
      byte[] image = new byte[Math.toIntExact(shape.size())];
      for (int i = 0; i < count; i++) {
        KeyedRandom random = new KeyedRandom(0, i);
        for (int j = 0; j < image.length; j++) {
          image[j] = (byte) random.nextLong();
        }
        writer.write(image);
      }
    }
  }
}
