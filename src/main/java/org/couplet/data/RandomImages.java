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
   * @param resolution height and width, pixels
   * @param channels colour channels
   */
  public static void write(Path file, int count, int resolution, int channels) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, Shape.of(resolution, resolution, channels))) {
      byte[] image = new byte[resolution * resolution * channels];
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
