package org.couplet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;
import org.couplet.picture.PictureTest;
import org.couplet.source.ImageSelection;
import org.couplet.source.Split;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;

/** A folder to convert from, a file to convert to, and what a conversion told. */
public abstract class ImportTrial {
  public final Path folder;
  public final Path source;
  final Path output;
  final Listener listener = new Listener();

  public ImportTrial(Path folder) throws IOException {
    this.folder = folder;
    this.source = Files.createDirectory(folder.resolve("source"));
    this.output = folder.resolve("images.npy");
  }

  public static final class Listener implements ImportListener {
    long total;
    long done;
    final List<String> skipped = new ArrayList<>();

    @Override
    public void started(long images) {
      total = images;
    }

    @Override
    public void done(long images) {
      done = images;
    }

    @Override
    public void skipped(String line) {
      skipped.add(line);
    }
  }

  ImportReport run(
      Path from, int size, boolean strict, @Nullable String only, @Nullable Split split)
      throws IOException {
    ImageSelection images =
        new ImageSelection(from, Optional.ofNullable(only), Optional.ofNullable(split));
    return Importer.run(new ImportRequest(images, size, output, strict), listener);
  }

  ImportReport run(Path from, int size) throws IOException {
    return run(from, size, false, null, null);
  }

  /** Names of the images that were left out. */
  static List<String> leftOut(ImportReport report) {
    return report.source().leftOut().values().stream()
        .flatMap(images -> images.first().stream())
        .map(Decoded.LeftOut::name)
        .toList();
  }

  int[] pixels(Shape expected) throws IOException {
    try (NpyReader array = NpyReader.open(output)) {
      assertEquals(expected, array.header().shape());
      assertEquals(NpyType.U1, array.header().type());
      return Arrays.stream(all(array)).mapToInt(value -> (int) value).toArray();
    }
  }

  /** All values of an array of which nothing has been read yet. */
  public static double[] all(NpyReader array) throws IOException {
    return array.nextDoubles(Math.toIntExact(array.header().size()));
  }

  public static byte[] png(int width, int height, int grey) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(grey, grey, grey));
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return PictureTest.encoded(image, "png");
  }

  public static void save(Path file, NpyType type, Shape shape, byte[] values) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(NpyHeader.of(type, shape).toBytes());
      out.write(values);
    }
  }

  public static byte[] rising(int count) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) i;
    }
    return values;
  }
}
