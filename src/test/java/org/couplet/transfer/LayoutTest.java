package org.couplet.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

class LayoutTest {
  // Each value says where it is: out, in, row, column.
  @Test
  void kernelsAreTurned() {
    Shape own = Shape.of(2, 3, 4, 5);
    assertArrayEquals(new long[] {5, 4, 2, 3}, Layout.foreign(own));
    float[] foreign = new float[120];
    float[] expected = new float[120];
    for (int out = 0; out < 5; out++) {
      for (int in = 0; in < 4; in++) {
        for (int row = 0; row < 2; row++) {
          for (int column = 0; column < 3; column++) {
            float value = 1000 * out + 100 * in + 10 * row + column;
            foreign[((out * 4 + in) * 2 + row) * 3 + column] = value;
            expected[((row * 3 + column) * 4 + in) * 5 + out] = value;
          }
        }
      }
    }
    assertArrayEquals(expected, Layout.toOwn(foreign, own));
    assertArrayEquals(foreign, Layout.toForeign(expected, own));
  }

  @Test
  void linearMapsAreTransposedAndVectorsKept() {
    Shape own = Shape.of(2, 3);
    assertArrayEquals(new long[] {3, 2}, Layout.foreign(own));
    assertArrayEquals(
        new float[] {1, 3, 5, 2, 4, 6}, Layout.toOwn(new float[] {1, 2, 3, 4, 5, 6}, own));
    float[] vector = {1, 2, 3};
    assertArrayEquals(vector, Layout.toOwn(vector, Shape.of(3)));
  }

  @Test
  void namesDifferInTheirSeparator() {
    assertEquals("enc.32x32_block0.conv0.weight", Layout.foreign("enc/32x32_block0/conv0/weight"));
  }

  // NCSN++'s filter: the outer product of [1, 3, 3, 1] / 8.
  @Test
  void filtersAreOuterProductsOfSumOne() {
    float[] buffer = ResampleFilter.buffer(List.of(1.0, 3.0, 3.0, 1.0));
    assertEquals(9 / 64f, buffer[5]);
    assertEquals(3 / 64f, buffer[4]);
    assertEquals(List.of(1.0, 3.0, 3.0, 1.0), ResampleFilter.taps(buffer));
  }
}
