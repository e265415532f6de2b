package org.couplet.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

class RandomnessTest {
  private static final Shape SCALAR = Shape.scalar();

  @Test
  void normalsHaveTheMomentsOfTheStandardNormal() {
    double[] sums = new double[4];
    float[] values = normals(false, 3, 5, 100_001);
    for (float value : values) {
      for (int power = 0; power < 4; power++) {
        sums[power] += Math.pow(value, power + 1) / values.length;
      }
    }
    // Five standard errors each: 1, sqrt 2, sqrt 15 and sqrt 96 over sqrt n.
    assertEquals(0, sums[0], 5 / Math.sqrt(values.length));
    assertEquals(1, sums[1], 5 * Math.sqrt(2) / Math.sqrt(values.length));
    assertEquals(0, sums[2], 5 * Math.sqrt(15) / Math.sqrt(values.length));
    assertEquals(3, sums[3], 5 * Math.sqrt(96) / Math.sqrt(values.length));
  }

  @Test
  void compiledNormalsEqualPlainOnes() {
    assertArrayEquals(normals(false, 1, 2, 10_000), normals(true, 1, 2, 10_000), 2e-6f);
  }

  @Test
  void seedAndStepBothMatter() {
    float[] base = normals(false, 1, 2, 100);
    assertArrayEquals(base, normals(false, 1, 2, 100));
    assertFalse(Arrays.equals(base, normals(false, 2, 2, 100)));
    assertFalse(Arrays.equals(base, normals(false, 1, 3, 100)));
  }

  @Test
  void rowsDoNotDependOnTheirNeighbours() {
    float[] all = rows(0, 8);
    assertArrayEquals(Arrays.copyOfRange(all, 3 * 7, 5 * 7), rows(3, 2));
  }

  @ParameterizedTest
  @CsvSource({"false, 12", "true, 12", "false, 7", "true, 7"})
  void partsOfABatchDrawWhatTheyHaveInTheWhole(boolean compiled, int perRow) {
    Shape whole = Shape.of(8, perRow);
    Shape part = Shape.of(2, perRow);
    Randomness.Purpose purpose = Randomness.Purpose.DROPOUT;
    List<float[]> drawn =
        Evaluation.of(
            compiled,
            List.of(new Evaluation.Input(Shape.scalar(), 2)),
            (tf, in) -> {
              Randomness all = new Randomness(tf.constant(5L), tf.constant(6L));
              // Row 3, by way of row 2.
              Randomness some =
                  all.fromRow(tf, tf.dtypes.cast(in.get(0), TInt64.class))
                      .fromRow(tf, tf.constant(1L));
              return List.of(
                  all.rowUniforms(tf, purpose, 2, whole),
                  some.rowUniforms(tf, purpose, 2, part),
                  single(tf, all.preciseRowUniforms(tf, purpose, 2, whole)),
                  single(tf, some.preciseRowUniforms(tf, purpose, 2, part)),
                  all.rowNormals(tf, purpose, whole),
                  some.rowNormals(tf, purpose, part));
            });
    for (int i = 0; i < drawn.size(); i += 2) {
      float[] expected = Arrays.copyOfRange(drawn.get(i), 3 * perRow, 5 * perRow);
      // Sines of the last few values of an array may round otherwise.
      assertArrayEquals(expected, drawn.get(i + 1), 2e-6f);
    }
  }

  private static Operand<TFloat32> single(Ops tf, Operand<TFloat64> x) {
    return tf.dtypes.cast(x, TFloat32.class);
  }

  private static float[] normals(boolean compiled, long seed, long step, long count) {
    return run(
        compiled,
        seed,
        step,
        (tf, arguments) ->
            new Randomness(
                    arguments.get(0).asOutput().expect(TInt64.class),
                    arguments.get(1).asOutput().expect(TInt64.class))
                .normal(tf, Randomness.Purpose.NOISE, 0, Shape.of(count)));
  }

  private static float[] rows(long first, long count) {
    return run(
        false,
        7,
        0,
        (tf, arguments) ->
            new Randomness(
                    arguments.get(0).asOutput().expect(TInt64.class),
                    arguments.get(1).asOutput().expect(TInt64.class))
                .normalRows(
                    tf,
                    Randomness.Purpose.SAMPLES,
                    tf.constant(first),
                    tf.constant(count),
                    Shape.of(7)));
  }

  private static float[] run(
      boolean compiled, long seed, long step, BiFunction<Ops, List<Operand<?>>, Operand<?>> body) {
    GraphFunction.Argument scalar = new GraphFunction.Argument(TInt64.class, SCALAR);
    GraphFunction function =
        GraphFunction.define(
            "draw", List.of(scalar, scalar), (tf, in) -> List.of(body.apply(tf, in)));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var result = function.call(tf, List.of(tf.constant(seed), tf.constant(step)), compiled);
      try (Session session = new Session(graph);
          Result values = session.runner().fetch(result.get(0)).run()) {
        TFloat32 tensor = (TFloat32) values.get(0);
        float[] floats = new float[(int) tensor.size()];
        tensor.asRawTensor().data().asFloats().read(floats);
        return floats;
      }
    }
  }
}
