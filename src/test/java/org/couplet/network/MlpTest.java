package org.couplet.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Evaluation.Input;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

class MlpTest {
  // The normal distribution function at 1 and at -0.5, from tables.
  private static final double PHI_1 = 0.8413447461;
  private static final double PHI_MINUS_HALF = 0.3085375387;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void matchesTheFormulaOnTinyWeights(boolean compiled) {
    Mlp mlp = new Mlp(1, 1, 2);
    // Hidden: [x + 2 label - 1, x / 2 - label]; output: 3 h0 - 2 h1 + 0.25.
    List<Input> inputs =
        List.of(
            new Input(Shape.of(2, 2), 1, 0.5f, 2, -1),
            new Input(Shape.of(2), -1, 0),
            new Input(Shape.of(2, 1), 3, -2),
            new Input(Shape.of(1), 0.25f),
            new Input(Shape.of(2, 1), 1, 1),
            new Input(Shape.of(2), 0.5f, 0));
    float[] actual =
        Evaluation.of(
                compiled,
                inputs,
                (tf, in) ->
                    List.of(
                        mlp.apply(
                            tf,
                            Weights.of(mlp.weights(), in.subList(0, 4)),
                            in.get(4),
                            in.get(5),
                            Labels.none(),
                            Dropout.none(),
                            Execution.PLAIN)))
            .get(0);
    // x = 1: hidden [1, 0] at label 0.5, and [0, 0.5] at label 0.
    float first = (float) (3 * PHI_1 + 0.25);
    float second = (float) (-2 * 0.5 * (1 - PHI_MINUS_HALF) + 0.25);
    assertArrayEquals(new float[] {first, second}, actual, 1e-6f);
  }

  @Test
  void paperNetworkHasFourHiddenLayersOf256() {
    Mlp mlp = new Mlp(2, 4, 256);
    assertEquals(3 * 256 + 256 + 3 * (256 * 256 + 256) + 256 * 2 + 2, mlp.parameters());
    assertEquals(10, mlp.weights().size());
  }
}
