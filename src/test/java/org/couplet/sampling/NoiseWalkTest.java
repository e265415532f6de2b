package org.couplet.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram.Start;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class NoiseWalkTest {
  private static Start row(float... values) {
    return rows(1, values);
  }

  private static Start rows(int count, float... values) {
    return draw -> {
      TFloat32 rows = TFloat32.tensorOf(Shape.of(count, values.length / count));
      rows.asRawTensor().data().asFloats().write(values);
      return rows;
    };
  }

  private static float[] walk(Start from, Start to, double... places) {
    try (TFloat32 rows = new NoiseWalk(from, to, places).noise(0)) {
      return Floats.of(rows);
    }
  }

  @Test
  void endsAreTheRowsThemselves() {
    float[] from = {0.3f, -1.2f, 0.7f};
    float[] to = {-0.9f, 0.1f, 2.3f};
    float[] walk = walk(row(from), row(to), 0, 1);
    assertArrayEquals(from, Arrays.copyOf(walk, 3));
    assertArrayEquals(to, Arrays.copyOfRange(walk, 3, 6));
  }

  @Test
  void theWayIsAnArcOfEqualSteps() {
    double third = Math.PI / 6;
    assertArrayEquals(
        new float[] {
          2 * (float) Math.cos(third), 2 * (float) Math.sin(third),
          2 * (float) Math.cos(2 * third), 2 * (float) Math.sin(2 * third)
        },
        walk(row(2, 0), row(0, 2), 1 / 3., 2 / 3.),
        1e-6f);
  }

  @Test
  void rowsHaveTheirOwnWays() {
    float half = (float) Math.sqrt(0.5);
    assertArrayEquals(
        new float[] {2 * half, 2 * half, 0, 2, 3 * half, 3 * half, 3, 0},
        walk(rows(2, 2, 0, 0, 3), rows(2, 0, 2, 3, 0), 0.5, 1),
        1e-6f);
  }

  @Test
  void equalRowsStay() {
    assertArrayEquals(new float[] {1, 2, 1, 2}, walk(row(1, 2), row(1, 2), 0.25, 0.5), 1e-6f);
  }

  @Test
  void eachDrawHasItsOwnWay() {
    Start counted = draw -> row((float) draw, 1).noise(0);
    try (TFloat32 rows = new NoiseWalk(counted, counted, new double[] {0}).noise(5)) {
      assertEquals(5, Floats.of(rows)[0]);
    }
  }
}
