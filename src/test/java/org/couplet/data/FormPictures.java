package org.couplet.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.couplet.program.Bytes;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * Writes the first pictures of the quickstart's data, for {@code couplet fid} to compare with.
 *
 * <pre>
 * mvn -q test-compile
 * java -cp ... org.couplet.data.FormPictures 2000 pictures.npz
 * </pre>
 */
final class FormPictures {
  private static final int RESOLUTION = 16;

  private FormPictures() {}

  public static void main(String[] given) throws IOException {
    int count = Integer.parseInt(given[0]);
    try (ProceduralImages images = new ProceduralImages(RESOLUTION, count);
        TUint8 pictures = images.batch(LongStream.range(0, count).toArray());
        NpzWriter npz = new NpzWriter(Files.newOutputStream(Path.of(given[1])));
        OutputStream array =
            npz.begin("arr_0", NpyType.U1, Shape.of(count).append(images.elementShape()))) {
      array.write(Bytes.of(pictures));
    }
  }
}
