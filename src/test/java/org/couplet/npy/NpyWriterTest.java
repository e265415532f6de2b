package org.couplet.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class NpyWriterTest {
  @Test
  void wideningRepeatsWhatWasWrittenAndGoesOn(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.npy");
    // More than fits in memory at once, and no multiple of it.
    int elements = 350;
    byte[] values = new byte[10_007];
    new Random(1).nextBytes(values);
    try (NpyWriter out = new NpyWriter(file, Shape.of(values.length, 1))) {
      for (int i = 0; i < elements; i++) {
        values[0] = (byte) i;
        out.write(values);
      }
      out.widen(Shape.of(values.length, 3));
      out.write(new byte[3 * values.length]);
    }
    try (NpyReader in = NpyReader.open(file)) {
      assertEquals(Shape.of(elements + 1, values.length, 3), in.header().shape());
      for (int i = 0; i < elements; i++) {
        values[0] = (byte) i;
        byte[] repeated = new byte[3 * values.length];
        for (int j = 0; j < repeated.length; j++) {
          repeated[j] = values[j / 3];
        }
        assertEquals(ByteBuffer.wrap(repeated), in.next(repeated.length), "element " + i);
      }
    }
  }
}
