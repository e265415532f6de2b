package org.couplet.consistency;

import java.util.stream.IntStream;
import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/** Which rows of a batch GC(mu) makes generator-induced: each with probability mu (decision 3). */
public enum InducedRows {
  /** The first round(mu n): as the batch is in random order, each row has probability mu. */
  CHOSEN {
    @Override
    int candidates(int batch, double largestMu) {
      return (int) Math.round(largestMu * batch);
    }

    @Override
    Operand<TBool> induced(Ops tf, Coupling.Inputs inputs, int candidates) {
      float batch = inputs.x().shape().get(0);
      Operand<TFloat32> count =
          tf.math.floor(Expr.of(tf, inputs.mu()).times(batch).plus(0.5)); // round(mu n)
      float[] row = new float[candidates];
      IntStream.range(0, candidates).forEach(i -> row[i] = i);
      return tf.math.less(tf.constant(row), count);
    }
  },
  /** Each row by a draw of its own. */
  BERNOULLI {
    @Override
    int candidates(int batch, double largestMu) {
      return batch;
    }

    @Override
    Operand<TBool> induced(Ops tf, Coupling.Inputs inputs, int candidates) {
      Shape rows = Shape.of(candidates);
      return tf.math.less(
          inputs.randomness().uniform(tf, Randomness.Purpose.ROWS, 0, rows), inputs.mu());
    }
  };

  /**
   * How many rows may be induced; they are the first of the batch, and x_hat is computed for them.
   *
   * @param batch rows in all
   * @param largestMu the highest mu of the run
   */
  abstract int candidates(int batch, double largestMu);

  /** Which of the candidates are induced at this step's mu: [candidates]. */
  abstract Operand<TBool> induced(Ops tf, Coupling.Inputs inputs, int candidates);
}
