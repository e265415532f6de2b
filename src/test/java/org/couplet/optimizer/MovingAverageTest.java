package org.couplet.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Map;
import org.couplet.Npz;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

class MovingAverageTest {
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/optimizers.npz");

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void averageOfARunMatchesReference(boolean compiled) {
    float[] average = Npz.get(REFERENCE, "p0").floats();
    try (PureFunction function = average(compiled)) {
      for (int i = 0; i < 6; i++) {
        float[] weight = Npz.get(REFERENCE, "lion_lr1e-2_b0.9_0.99_wd0").row(i).floats();
        average = function.run(average, weight, new float[] {0.9f}).get(0);
        float[] expected = Npz.get(REFERENCE, "ema_decay0.9_over_lion").row(i).floats();
        assertArrayEquals(expected, average, 1e-6f);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void decayOneKeepsTheAverageAndDecayZeroTakesTheWeightBitForBit(boolean compiled) {
    float[] average = Npz.get(REFERENCE, "grads").row(0).floats();
    float[] weight = Npz.get(REFERENCE, "p0").floats();
    average[0] = 1e30f;
    weight[1] = 1e-30f;
    try (PureFunction function = average(compiled)) {
      assertArrayEquals(average, function.run(average, weight, new float[] {1}).get(0));
      assertArrayEquals(weight, function.run(average, weight, new float[] {0}).get(0));
    }
  }

  private static PureFunction average(boolean compiled) {
    Shape shape = Shape.of(5, 7);
    return new PureFunction(
        compiled,
        List.of(shape, shape, Shape.scalar()),
        (tf, in) -> List.of(MovingAverage.update(tf, in.get(0), in.get(1), in.get(2))));
  }
}
