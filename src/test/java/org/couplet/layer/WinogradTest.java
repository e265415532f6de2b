package org.couplet.layer;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Evaluation.Input;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

@Tag("long")
class WinogradTest {
  private static final Shape IMAGE = Shape.of(3, 8, 12, 5);
  private static final Shape FILTER = Shape.of(3, 3, 5, 7);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void valuesAndGradientsAreThoseOfTheDirectConvolution(boolean compiled) {
    List<Input> inputs =
        List.of(
            Input.normal(1, IMAGE, 0),
            Input.normal(2, FILTER, 0),
            Input.normal(3, Shape.of(7), 0),
            Input.normal(4, Shape.of(3, 8, 12, 7), 0));
    List<float[]> direct =
        Evaluation.of(
            compiled,
            inputs,
            (tf, in) ->
                valueAndGradients(
                    tf,
                    in,
                    new Conv2d(Conv2d.Algorithms.DIRECT)
                        .apply(tf, in.get(0), in.get(1), in.get(2))));
    List<float[]> winograd =
        Evaluation.of(
            compiled,
            inputs,
            (tf, in) ->
                valueAndGradients(
                    tf, in, new Winograd().apply(tf, in.get(0), in.get(1), in.get(2))));
    assertEquals(4, direct.size());
    for (int i = 0; i < direct.size(); i++) {
      assertEquals(0, relativeError(direct.get(i), winograd.get(i)), 3e-6, "result " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 16, 16, 96, 96, true",
    "-1, 16, 16, 96, 96, false",
    "3, 16, 16, 96, 96, false",
    "4, 18, 16, 96, 96, false",
    "4, 16, 18, 96, 96, false",
    "64, 16, 16, 64, 128, false"
  })
  void itIsUsedWhereItIsCheaper(int n, int height, int width, int in, int out, boolean used) {
    Shape image = Shape.of(n, height, width, in);
    Shape filter = Shape.of(3, 3, in, out);
    assertEquals(used, usesWinograd(image, filter, TFloat32.class, true));
    assertEquals(false, usesWinograd(image, filter, TFloat32.class, false));
    assertEquals(false, usesWinograd(image, filter, TBfloat16.class, true));
    assertEquals(false, usesWinograd(image, Shape.of(1, 1, in, out), TFloat32.class, true));
  }

  private static boolean usesWinograd(
      Shape image, Shape filter, Class<? extends TFloating> type, boolean wanted) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var y =
          new Conv2d(wanted ? Conv2d.Algorithms.WINOGRAD : Conv2d.Algorithms.TENSORFLOW)
              .apply(
                  tf,
                  tf.placeholder(type, Placeholder.shape(image)),
                  tf.placeholder(TFloat32.class, Placeholder.shape(filter)),
                  null);
      assertEquals(image.get(1), y.shape().get(1));
      assertEquals(filter.get(3), y.shape().get(3));
      return graph.toGraphDef().getLibrary().getFunctionList().stream()
          .anyMatch(function -> function.getSignature().getName().startsWith("winograd"));
    }
  }

  private static List<Operand<TFloat32>> valueAndGradients(
      Ops tf, List<Operand<TFloat32>> in, Operand<TFloat32> y) {
    var loss = tf.reduceSum(tf.math.mul(y, in.get(3)), tf.constant(new int[] {0, 1, 2, 3}));
    var gradients = tf.gradients(loss, in.subList(0, 3));
    List<Operand<TFloat32>> results = new ArrayList<>(List.of(y));
    for (int i = 0; i < 3; i++) {
      results.add(gradients.<TFloat32>dy(i));
    }
    return results;
  }
}
