package org.couplet.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class MicroBatchesTest {
  private static final float[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

  // 7 rows: as 3, 3 and 3 that begin earlier; as 4 and 4; as 7.
  @ParameterizedTest
  @CsvSource({"3, false", "3, true", "4, false", "6, true", "7, false", "20, false"})
  void mapsEveryRowOnce(int size, boolean compiled) {
    float[] expected = new float[ROWS.length];
    for (int i = 0; i < ROWS.length; i++) {
      int row = i / 2;
      expected[i] = 10 * ROWS[i] + row;
    }
    float[] actual =
        Evaluation.of(
                compiled,
                List.of(
                    new Evaluation.Input(Shape.of(7, 2), ROWS),
                    new Evaluation.Input(Shape.of(7, 1), 0, 1, 2, 3, 4, 5, 6),
                    new Evaluation.Input(Shape.scalar(), 10)),
                (tf, in) ->
                    List.of(
                        new MicroBatches("scaled", size)
                            .map(
                                tf,
                                List.of(in.get(0), in.get(1)),
                                List.of(in.get(2)),
                                (ops, part) ->
                                    ops.math.add(
                                        ops.math.mul(
                                            values(part.rows().get(0)),
                                            values(part.shared().get(0))),
                                        values(part.rows().get(1))))))
            .get(0);
    assertArrayEquals(expected, actual);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sumsGradientsThatItsPartsTake(boolean compiled) {
    float[] firstRows = new float[1];
    float[] gradient = new float[2];
    for (int row = 0; row < 6; row++) {
      gradient[0] += 3 * ROWS[2 * row];
      gradient[1] += 3 * ROWS[2 * row + 1];
      firstRows[0] += row % 2 == 0 ? row : 0;
    }
    List<float[]> sums =
        Evaluation.of(
            compiled,
            List.of(
                new Evaluation.Input(Shape.of(6, 2), Arrays.copyOf(ROWS, 12)),
                new Evaluation.Input(Shape.of(2), 1, 1)),
            (tf, in) ->
                new MicroBatches("gradients", 2)
                    .sums(
                        tf,
                        List.of(in.get(0)),
                        List.of(in.get(1)),
                        List.of(Shape.of(2), Shape.scalar()),
                        (ops, part) -> {
                          Operand<TFloat32> weight = values(part.shared().get(0));
                          Operand<TFloat32> products =
                              ops.math.mul(values(part.rows().get(0)), weight);
                          Operand<TFloat32> loss =
                              ops.math.mul(
                                  ops.constant(3f),
                                  ops.reduceSum(products, ops.constant(new int[] {0, 1})));
                          return List.of(
                              ops.gradients(loss, List.of(weight)).<TFloat32>dy(0),
                              ops.dtypes.cast(part.first(), TFloat32.class));
                        }));
    assertArrayEquals(gradient, sums.get(0));
    assertArrayEquals(firstRows, sums.get(1));
  }

  @Test
  void refusesToSumUnequalParts() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Evaluation.of(
                false,
                List.of(new Evaluation.Input(Shape.of(7, 2), ROWS)),
                (tf, in) ->
                    new MicroBatches("uneven", 2)
                        .sums(
                            tf,
                            List.of(in.get(0)),
                            List.of(),
                            List.of(Shape.of(2, 2)),
                            (ops, part) -> List.of(values(part.rows().get(0))))));
  }

  private static Operand<TFloat32> values(Operand<?> operand) {
    return operand.asOutput().expect(TFloat32.class);
  }
}
