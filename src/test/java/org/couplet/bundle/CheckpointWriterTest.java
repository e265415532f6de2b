package org.couplet.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

class CheckpointWriterTest {
  private static final Shape LARGE = Shape.of(300, 7, 31);

  @TempDir private Path folder = Path.of("");
  private Path prefix = folder;
  private final float[] values = new float[(int) LARGE.size()];

  @BeforeEach
  void write() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    prefix = folder.resolve("step-7");
    try (CheckpointWriter writer = new CheckpointWriter(prefix)) {
      writer.floats("a/weight", LARGE, values);
      writer.copy("ema/a/weight", "a/weight");
      writer.floats("b", Shape.of(2), new float[] {-0f, Float.MIN_VALUE});
      writer.zeros("lion/m/a/weight", LARGE);
      writer.zeros("lion/m/b", Shape.of(2));
      writer.counter("step", 7);
      writer.finish();
    }
  }

  @Test
  void tensorFlowReadsWhatIsWritten() {
    List<Class<? extends TType>> types =
        List.of(
            TFloat32.class,
            TFloat32.class,
            TFloat32.class,
            TFloat32.class,
            TFloat32.class,
            TInt64.class);
    String[] names = {"a/weight", "ema/a/weight", "b", "lion/m/a/weight", "lion/m/b", "step"};
    String[] slices = new String[names.length];
    Arrays.fill(slices, "");
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      var tensors =
          tf.train
              .restore(
                  tf.constant(prefix.toString()),
                  tf.constant(NdArrays.vectorOfObjects(names)),
                  tf.constant(NdArrays.vectorOfObjects(slices)),
                  types)
              .tensors();
      assertEquals(LARGE, tensors.get(0).shape());
      assertArrayEquals(values, floats(tensors.get(0).asTensor()));
      assertArrayEquals(values, floats(tensors.get(1).asTensor()));
      assertArrayEquals(new float[] {-0f, Float.MIN_VALUE}, floats(tensors.get(2).asTensor()));
      assertArrayEquals(new float[values.length], floats(tensors.get(3).asTensor()));
      assertArrayEquals(new float[2], floats(tensors.get(4).asTensor()));
      assertEquals(7, ((TInt64) tensors.get(5).asTensor()).getLong());
    }
  }

  @Test
  void theReaderReadsTheSame() throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(prefix)) {
      assertArrayEquals(values, reader.floats("ema/a/weight", values.length));
      assertArrayEquals(new float[2], reader.floats("lion/m/b", 2));
      assertRefused("not of 3 float32", () -> reader.floats("b", 3));
      assertRefused("c is missing", () -> reader.floats("c", 3));
    }
  }

  @Test
  void aFlippedBitIsFound() throws IOException {
    Path data = folder.resolve("step-7.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    bytes[5] ^= 1;
    Files.write(data, bytes);
    try (CheckpointReader reader = CheckpointReader.open(prefix)) {
      assertRefused("checksum", () -> reader.floats("a/weight", values.length));
    }
  }

  // 65,100 values, once, and zeros of as many.
  @Test
  void equalValuesShareTheirBytes() throws IOException {
    assertEquals(
        2 * 4 * values.length + 2 * 4 + 8,
        Files.size(folder.resolve("step-7.data-00000-of-00001")));
  }

  private static void assertRefused(
      String problem, org.junit.jupiter.api.function.Executable work) {
    String message = String.valueOf(assertThrows(InvalidInputException.class, work).getMessage());
    assertTrue(message.contains(problem), message);
  }

  private static float[] floats(TType tensor) {
    float[] floats = new float[(int) tensor.shape().size()];
    tensor.asRawTensor().data().asFloats().read(floats);
    return floats;
  }
}
