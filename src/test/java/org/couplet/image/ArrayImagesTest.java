package org.couplet.image;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class ArrayImagesTest extends ImportTrial {
  ArrayImagesTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  @Test
  void downsampledImageNetIsConcatenatedInTheOrderOfItsNumbers() throws IOException {
    for (int batch : new int[] {10, 2, 1}) {
      Path file = source.resolve("train_data_batch_" + batch + ".npz");
      try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
        zeros(npz, "mean", 12);
        try (OutputStream out = npz.begin("data", NpyType.U1, Shape.of(2, 12))) {
          for (int image = 0; image < 2; image++) {
            for (int i = 0; i < 12; i++) {
              out.write(20 * batch + 12 * image + i);
            }
          }
        }
        zeros(npz, "labels", 2);
      }
    }
    assertEquals(6, run(source, 2).written());
    int[] pixels = pixels(Shape.of(6, 2, 2, 3));
    for (int image = 0; image < 6; image++) {
      int first = 20 * new int[] {1, 2, 10}[image / 2] + 12 * (image % 2);
      for (int i = 0; i < 12; i++) {
        int planar = i % 3 * 4 + i / 3;
        assertEquals(first + planar, pixels[12 * image + i]);
      }
    }
  }

  @Test
  void channelsFirstAndLastAreToldApart() throws IOException {
    Path file = source.resolve("a.npy");
    save(file, NpyType.U1, Shape.of(2, 2, 2, 3), rising(24));
    run(file, 2);
    int[] expected = new int[24];
    Arrays.setAll(expected, i -> i);
    assertArrayEquals(expected, pixels(Shape.of(2, 2, 2, 3)));
    save(file, NpyType.U1, Shape.of(1, 3, 2, 2), rising(12));
    run(file, 2);
    assertArrayEquals(
        new int[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, pixels(Shape.of(1, 2, 2, 3)));
    save(file, NpyType.I4, Shape.of(1, 2, 2), ints(5, 6, 7, 255));
    assertEquals(1, run(file, 2).channels());
    assertArrayEquals(new int[] {5, 6, 7, 255}, pixels(Shape.of(1, 2, 2, 1)));
  }

  private static byte[] ints(int... values) {
    var bytes = ByteBuffer.allocate(4 * values.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values);
    return bytes.array();
  }

  private static byte[] floats(float... values) {
    var bytes = ByteBuffer.allocate(4 * values.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes.array();
  }

  @Test
  void floatsAreScaledByTheirRange() throws IOException {
    Path file = source.resolve("a.npy");
    Shape shape = Shape.of(1, 2, 2, 1);
    save(file, NpyType.F4, shape, floats(0, 0.2f, 0.4f, 1));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 102, 255}, pixels(shape));
    save(file, NpyType.F4, shape, floats(-1, -0.6f, 0.2f, 1));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 153, 255}, pixels(shape));
    save(file, NpyType.F4, shape, floats(0, 51.4f, 102, 255));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 102, 255}, pixels(shape));
  }

  @Test
  void otherTypesAreScaledToo() throws IOException {
    Path file = source.resolve("a.npy");
    Shape shape = Shape.of(1, 2, 2, 1);
    save(file, NpyType.B1, shape, new byte[] {0, 1, 0, 7});
    run(file, 2);
    assertArrayEquals(new int[] {0, 255, 0, 255}, pixels(shape));
    // 16-bit pictures divide by 257 too; without a value above 255 they are bytes.
    save(file, NpyType.U2, shape, shorts(0, 257, 51 * 257, 65_535));
    run(file, 2);
    assertArrayEquals(new int[] {0, 1, 51, 255}, pixels(shape));
    save(file, NpyType.U2, shape, shorts(0, 10, 51, 255));
    run(file, 2);
    assertArrayEquals(new int[] {0, 10, 51, 255}, pixels(shape));
    // 0, 0.2, 0.4, 1 to the nearest binary16.
    save(file, NpyType.F2, shape, shorts(0, 0x3266, 0x3666, 0x3c00));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 102, 255}, pixels(shape));
    save(file, NpyType.I8, Shape.of(1, 2, 2), longs(5, 250, 5, 250));
    run(file, 1);
    assertArrayEquals(new int[] {128}, pixels(Shape.of(1, 1, 1, 1)));
  }

  private static byte[] shorts(int... values) {
    var bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return bytes.array();
  }

  private static byte[] longs(long... values) {
    var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  @Test
  void ambiguousArraysAreRefusedByName() throws IOException {
    Path file = source.resolve("a.npy");
    Shape shape = Shape.of(1, 2, 2, 1);
    for (float[] values :
        new float[][] {{0, 1.5f, 0, 0}, {-2, 0, 0, 0}, {0, 0, 256, 0}, {-1, 0, 200, 0}}) {
      save(file, NpyType.F4, shape, floats(values));
      assertRefused(() -> run(file, 2), file + ": floats from");
    }
    save(file, NpyType.F4, shape, floats(0, Float.NaN, 0, 0));
    assertRefused(() -> run(file, 2), "NaN");
    save(file, NpyType.I4, shape, ints(0, 1, 2, 256));
    assertRefused(() -> run(file, 2), "256.0");
    save(file, NpyType.U1, shape, new byte[] {0, 1, 1, 0});
    assertRefused(() -> run(file, 2), "integers up to 1,", "save them as bool");
    save(file, NpyType.I4, shape, ints(0, 9, 1, 3));
    assertRefused(() -> run(file, 2), "integers up to 9,", "0..255");
    save(file, NpyType.U2, shape, shorts(0, 1, 4095, 3));
    assertRefused(() -> run(file, 2), "uint16 up to 4095");
    save(file, NpyType.U1, Shape.of(1, 3, 2, 3), rising(18));
    assertRefused(() -> run(file, 2), "first or last");
    save(file, NpyType.U1, Shape.of(2, 2, 3), rising(12));
    assertRefused(() -> run(file, 2), "4 dimensions");
    save(file, NpyType.U1, Shape.of(2, 7), rising(14));
    assertRefused(() -> run(file, 2), "not one of images");
    assertFalse(Files.exists(output));
  }

  @Test
  void onlyNamesTheArrayOfAnNpz() throws IOException {
    Path file = source.resolve("mnist.npz");
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      for (String name : List.of("x_train", "x_test")) {
        try (OutputStream out = npz.begin(name, NpyType.U1, Shape.of(1, 2, 2))) {
          out.write(new byte[] {0, 10, 20, 30});
        }
      }
      zeros(npz, "y_train", 1);
    }
    assertRefused(() -> run(file, 2), "x_train, x_test", "--only");
    assertEquals(1, run(file, 2, false, "x_te", null).written());
    assertArrayEquals(new int[] {0, 10, 20, 30}, pixels(Shape.of(1, 2, 2, 1)));
  }

  private static void zeros(NpzWriter npz, String name, int count) throws IOException {
    try (OutputStream out = npz.begin(name, NpyType.F8, Shape.of(count))) {
      out.write(new byte[8 * count]);
    }
  }
}
