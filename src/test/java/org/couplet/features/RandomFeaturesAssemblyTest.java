package org.couplet.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.couplet.data.ProceduralImages;
import org.couplet.program.FeatureProgram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

class RandomFeaturesAssemblyTest {
  private static final int DIMENSION = 368;
  private static final int COLOURS = 4 * 4 * 3;

  private static FeatureProgram program;

  @BeforeAll
  static void load(@TempDir Path folder) throws IOException {
    RandomFeaturesAssembly.write(folder.resolve("features"));
    program = FeatureProgram.load(folder.resolve("features"), 1);
  }

  @AfterAll
  static void close() {
    program.close();
  }

  private static float[] features(Shape shape, byte[] values) {
    try (TUint8 images = TUint8.tensorOf(shape)) {
      images.asRawTensor().data().write(values);
      return program.features(images);
    }
  }

  private static byte[] values(Shape shape) {
    byte[] values = new byte[(int) shape.size()];
    new Random(5).nextBytes(values);
    return values;
  }

  @Test
  void areTheSameEverywhere() {
    // Figures in reports are comparable only while these stay as they are.
    float[] features;
    try (TUint8 images = new ProceduralImages(32, 1).batch(new long[] {0})) {
      features = program.features(images);
    }
    float[] few = new float[8];
    for (int i = 0; i < few.length; i++) {
      few[i] = features[i * 52];
    }
    assertArrayEquals(
        new float[] {
          -0.55686f, 0.20775f, 0.68886f, 0.13890f, 0.24013f, 0.07115f, 0.16398f, 0.07315f
        },
        few,
        1e-4f,
        Arrays.toString(few));
  }

  @Test
  void ofAnImageDoNotDependOnTheOthers() {
    Shape shape = Shape.of(3, 16, 16, 3);
    byte[] images = values(shape);
    float[] together = features(shape, images);
    byte[] second = Arrays.copyOfRange(images, 768, 1536);
    assertArrayEquals(
        features(Shape.of(1, 16, 16, 3), second),
        Arrays.copyOfRange(together, DIMENSION, 2 * DIMENSION),
        1e-5f);
  }

  @Test
  void ofGreyAreThoseOfEqualColours() {
    byte[] grey = values(Shape.of(2, 8, 8, 1));
    byte[] coloured = new byte[3 * grey.length];
    for (int i = 0; i < coloured.length; i++) {
      coloured[i] = grey[i / 3];
    }
    assertArrayEquals(
        features(Shape.of(2, 8, 8, 3), coloured), features(Shape.of(2, 8, 8, 1), grey), 1e-5f);
  }

  @Test
  void areFiniteForEverySize() {
    for (int[] size : new int[][] {{8, 8}, {9, 13}, {30, 8}, {64, 64}}) {
      Shape shape = Shape.of(2, size[0], size[1], 3);
      float[] features = features(shape, values(shape));
      assertEquals(2 * DIMENSION, features.length, Arrays.toString(size));
      for (float feature : features) {
        assertTrue(Float.isFinite(feature), Arrays.toString(size));
      }
    }
  }

  @Test
  void ofAPlainColourAreThatColourWithoutTexture() {
    byte[] image = new byte[12 * 12 * 3];
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i % 3 == 0 ? 255 : 0);
    }
    float[] features = features(Shape.of(1, 12, 12, 3), image);
    for (int i = 0; i < COLOURS; i++) {
      assertEquals(i % 3 == 0 ? 1 : -1, features[i], 1e-5f, "colour " + i);
    }
    for (int i = COLOURS; i < DIMENSION; i++) {
      assertEquals(0, features[i], 2e-3f, "feature " + i);
    }
  }

  @Test
  void beginWithTheColoursOfAGrid() {
    // One bright cell of 2 x 2 pixels: the third of the second row.
    byte[] image = new byte[8 * 8 * 3];
    for (int pixel : new int[] {2 * 8 + 4, 2 * 8 + 5, 3 * 8 + 4, 3 * 8 + 5}) {
      Arrays.fill(image, 3 * pixel, 3 * pixel + 3, (byte) 255);
    }
    float[] features = features(Shape.of(1, 8, 8, 3), image);
    for (int i = 0; i < COLOURS; i++) {
      assertEquals(i / 3 == 4 + 2 ? 1 : -1, features[i], 1e-6f, "colour " + i);
    }
  }
}
