package org.couplet.network;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.couplet.Bfloat16;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

@Tag("long")
class AdmUNetTest {
  private static final Network NETWORK = Networks.named("adm");
  private static final Reference REFERENCE = Reference.read("adm");
  // The reference's, of which the second is none.
  private static final int[] CLASSES = {2, Labels.UNKNOWN, 0};
  private static final ReferenceCheck CHECK = new ReferenceCheck(NETWORK, REFERENCE, CLASSES);

  @Test
  void namesShapesAndOrderMatchReference() {
    CHECK.assertNamesAndOrder();
    for (Weight weight : NETWORK.weights()) {
      assertEquals(weight.shape().size(), REFERENCE.weightValues("param/", weight.name()).length);
    }
  }

  @ParameterizedTest
  @CsvSource({"OFF, false", "POINTWISE, true", "STEP, false"})
  void outputAndGradientsMatchReference(Execution.Compiled compiled, boolean remat) {
    CHECK.assertOutputAndGradients(new Execution(compiled, remat));
  }

  @Test
  void rowsOfNoClassAreThoseOfANetworkWithoutClasses() {
    int none = Labels.UNKNOWN;
    List<float[]> results =
        Evaluation.of(
            false,
            CHECK.inputs(),
            (tf, in) -> {
              Labels unknown = Labels.of(tf.constant(new int[] {none, none, none}));
              return List.of(CHECK.output(tf, in, unknown, Execution.PLAIN));
            });
    assertEquals(0, relativeError(REFERENCE.values("raw_F_unlabelled"), results.get(0)), 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"OFF", "POINTWISE", "STEP"})
  void outputInBfloat16IsNearTheReference(Execution.Compiled compiled) {
    Bfloat16.assumeRight();
    List<float[]> results =
        Evaluation.of(
            compiled == Execution.Compiled.STEP,
            CHECK.inputs(),
            (tf, in) -> {
              Operand<TBfloat16> x = tf.dtypes.cast(in.get(0), TBfloat16.class);
              Weights values = Weights.of(NETWORK.weights(), in.subList(2, in.size()));
              Operand<TBfloat16> y =
                  NETWORK.apply(
                      tf,
                      values,
                      x,
                      in.get(1),
                      Labels.of(tf.constant(CLASSES)),
                      Dropout.none(),
                      new Execution(compiled, false));
              return List.of(tf.dtypes.cast(y, TFloat32.class));
            });
    double error = relativeError(REFERENCE.values("raw_F"), results.get(0));
    assertEquals(0, error, 0.02);
    assertTrue(error > 1e-4, "float32 after all: " + error);
  }

  @Test
  void layersStartUniformInOneOverTheRootOfTheirInputsAndBranchesEndInZero() {
    List<Weight> weights = NETWORK.weights();
    List<float[]> values =
        Evaluation.of(
            false,
            List.of(),
            (tf, in) -> {
              Randomness randomness = new Randomness(tf.constant(1L), tf.constant(0L));
              List<Operand<TFloat32>> drawn = new ArrayList<>();
              for (int i = 0; i < weights.size(); i++) {
                Weight weight = weights.get(i);
                drawn.add(weight.initializer().values(tf, weight.shape(), randomness, i));
              }
              return drawn;
            });
    long fanIn = 1;
    for (int i = 0; i < weights.size(); i++) {
      Weight weight = weights.get(i);
      float[] drawn = values.get(i);
      int rank = weight.shape().numDimensions();
      if (rank > 1) {
        fanIn = weight.shape().size() / weight.shape().get(rank - 1);
      }
      String name = weight.name();
      if (name.matches(".*norm\\d?/(weight|bias)")) {
        assertAll(name.endsWith("weight") ? 1 : 0, drawn, name);
      } else if (name.equals("map_label/weight")) {
        assertNormal(drawn, name);
      } else if (name.matches(".*(conv1|proj|out_conv)/(weight|bias)")) {
        assertAll(0, drawn, name);
      } else {
        assertUniform(1 / Math.sqrt((double) fanIn), drawn, name);
      }
    }
  }

  private static void assertAll(float expected, float[] actual, String name) {
    for (float value : actual) {
      assertEquals(expected, value, name);
    }
  }

  private static void assertUniform(double limit, float[] drawn, String name) {
    double square = 0;
    for (float value : drawn) {
      assertTrue(Math.abs(value) <= limit, name);
      square += (double) value * value / drawn.length;
    }
    // A uniform square has the mean 1/3 and the variance 4/45.
    assertEquals(1.0 / 3, square / (limit * limit), 5 * Math.sqrt(4.0 / 45 / drawn.length), name);
  }

  private static void assertNormal(float[] drawn, String name) {
    double square = 0;
    for (float value : drawn) {
      square += (double) value * value / drawn.length;
    }
    assertEquals(1, square, 5 * Math.sqrt(2.0 / drawn.length), name);
  }
}
