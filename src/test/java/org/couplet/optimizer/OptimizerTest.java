package org.couplet.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.couplet.Npz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class OptimizerTest {
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/optimizers.npz");
  private static final Shape SHAPE = Shape.of(5, 7);
  private static final float RATE = 1e-2f;
  // Six float32 steps of a weight near 2 against float64.
  private static final float TOLERANCE = 1e-6f;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lionMatchesReference(boolean compiled) {
    assertMatches("lion_lr1e-2_b0.9_0.99_wd0", new Lion(0.9, 0.99, 0), compiled);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lionWithWeightDecayMatchesReference(boolean compiled) {
    assertMatches("lion_lr1e-2_b0.9_0.99_wd0.1", new Lion(0.9, 0.99, 0.1), compiled);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void adamMatchesReference(boolean compiled) {
    assertMatches("adam_lr1e-2_b0.9_0.999_eps1e-8", new Adam(0.9, 0.999, 1e-8), compiled);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void radamMatchesReference(boolean compiled) {
    assertMatches("radam_lr1e-2_b0.9_0.999_eps1e-8", new RAdam(0.9, 0.999, 1e-8), compiled);
  }

  @Test
  void lionStandsStillWithoutGradient() {
    try (PureFunction lion = step(new Lion(0.9, 0.99, 0), false)) {
      float[] weight = Npz.get(REFERENCE, "p0").floats();
      float[] zero = new float[35];
      assertArrayEquals(weight, lion.run(weight, zero, new float[] {1}, zero).get(0));
    }
  }

  @Test
  void adamsFirstStepIsTheLearningRateWhateverTheGradient() {
    try (PureFunction adam = step(new Adam(0.9, 0.999, 1e-8), false)) {
      float[] gradient = Npz.get(REFERENCE, "grads").row(0).floats();
      float[] zero = new float[35];
      float[] weight = adam.run(zero, gradient, new float[] {1}, zero, zero).get(0);
      for (int i = 0; i < weight.length; i++) {
        assertEquals(-RATE * Math.signum(gradient[i]), weight[i], 1e-6f * RATE);
      }
    }
  }

  @Test
  void radamBecomesAdamAfterManySteps() {
    float[] zero = new float[35];
    float[] gradient = Npz.get(REFERENCE, "grads").row(0).floats();
    float[] late = {1_000_000};
    try (PureFunction radam = step(new RAdam(0.9, 0.999, 1e-8), false);
        PureFunction adam = step(new Adam(0.9, 0.999, 1e-8), false)) {
      assertArrayEquals(
          adam.run(zero, gradient, late, zero, zero).get(0),
          radam.run(zero, gradient, late, zero, zero).get(0),
          1e-6f);
    }
  }

  // As published: the decay acts on the weight alone, Adam on the gradient alone.
  @Test
  void adamwIsAdamAndADecayOfTheWeight() {
    float[] weight = Npz.get(REFERENCE, "p0").floats();
    float[] gradient = Npz.get(REFERENCE, "grads").row(0).floats();
    float[] zero = new float[35];
    float[] first = {1};
    try (PureFunction adamw = step(new AdamW(new Adam(0.9, 0.999, 1e-8), 0.1), false);
        PureFunction adam = step(new Adam(0.9, 0.999, 1e-8), false)) {
      float[] expected = adam.run(weight, gradient, first, zero, zero).get(0);
      for (int i = 0; i < expected.length; i++) {
        expected[i] -= RATE * 0.1f * weight[i];
      }
      assertArrayEquals(expected, adamw.run(weight, gradient, first, zero, zero).get(0), 1e-6f);
    }
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Lion(1, 0.99, 0));
    assertThrows(IllegalArgumentException.class, () -> new Lion(0.9, 0.99, -0.1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(0.9, -0.1, 1e-8));
    assertThrows(IllegalArgumentException.class, () -> new RAdam(0.9, 0.999, 0));
    Adam adam = new Adam(0.9, 0.999, 1e-8);
    assertThrows(IllegalArgumentException.class, () -> new AdamW(adam, -0.1));
  }

  private static void assertMatches(String name, Optimizer optimizer, boolean compiled) {
    float[] weight = Npz.get(REFERENCE, "p0").floats();
    List<float[]> slots =
        new ArrayList<>(Collections.nCopies(optimizer.slots().size(), new float[35]));
    try (PureFunction function = step(optimizer, compiled)) {
      for (int i = 0; i < 6; i++) {
        List<float[]> arguments = new ArrayList<>();
        arguments.add(weight);
        arguments.add(Npz.get(REFERENCE, "grads").row(i).floats());
        arguments.add(new float[] {i + 1});
        arguments.addAll(slots);
        List<float[]> results = function.run(arguments.toArray(float[][]::new));
        weight = results.get(0);
        slots = results.subList(1, results.size());
        assertArrayEquals(Npz.get(REFERENCE, name).row(i).floats(), weight, TOLERANCE);
      }
    }
  }

  // Arguments: weight, gradient, step, slots. Results: weight, slots.
  private static PureFunction step(Optimizer optimizer, boolean compiled) {
    List<Shape> shapes = new ArrayList<>(List.of(SHAPE, SHAPE, Shape.scalar()));
    shapes.addAll(Collections.nCopies(optimizer.slots().size(), SHAPE));
    return new PureFunction(
        compiled,
        shapes,
        (tf, arguments) -> {
          Update update =
              optimizer.update(
                  tf,
                  arguments.get(0),
                  arguments.get(1),
                  arguments.subList(3, arguments.size()),
                  tf.constant(RATE),
                  arguments.get(2));
          List<Operand<TFloat32>> results = new ArrayList<>(List.of(update.weight()));
          results.addAll(update.slots());
          return results;
        });
  }
}
