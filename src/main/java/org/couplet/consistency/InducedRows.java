package org.couplet.consistency;

import java.util.Arrays;
import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Which rows of a batch GC(mu) makes generator-induced: each with probability mu (decision 3). */
public enum InducedRows {
  /**
   * The round(mu n) rows of lowest rank ({@link #ranks}): as the batch is in random order, each row
   * has probability mu.
   */
  CHOSEN {
    @Override
    int candidates(int rows, int workers, double largestMu) {
      int[] ranks = ranks(rows * workers);
      long induced = Math.round(largestMu * ranks.length);
      int most = 0;
      for (int first = 0; first < ranks.length; first += rows) {
        int[] part = Arrays.copyOfRange(ranks, first, first + rows);
        most = Math.max(most, (int) Arrays.stream(part).filter(rank -> rank < induced).count());
      }
      return most;
    }

    @Override
    Choice choose(Ops tf, Coupling.Inputs inputs, int candidates, int workers) {
      int rows = (int) inputs.x().shape().get(0);
      int[] ranks = ranks(rows * workers);
      Operand<TInt64> first = tf.reshape(inputs.randomness().first(tf), tf.constant(new int[] {1}));
      Operand<TInt32> own =
          tf.slice(tf.constant(ranks), first, tf.constant(new long[] {rows})); // [rows]
      TopK<TInt32, TInt32> lowest =
          tf.nn.topK(tf.math.neg(own), tf.constant(candidates), TInt32.class);
      Operand<TFloat32> count =
          tf.math.floor(Expr.of(tf, inputs.mu()).times((float) ranks.length).plus(0.5));
      Operand<TFloat32> rank = tf.dtypes.cast(tf.math.neg(lowest.values()), TFloat32.class);
      return new Choice(lowest.indices(), tf.math.less(rank, count));
    }
  },
  /** Each row by a draw of its own. */
  BERNOULLI {
    @Override
    int candidates(int rows, int workers, double largestMu) {
      return rows;
    }

    @Override
    Choice choose(Ops tf, Coupling.Inputs inputs, int candidates, int workers) {
      Operand<TFloat32> draws =
          inputs.randomness().rowUniforms(tf, Randomness.Purpose.ROWS, 0, Shape.of(candidates));
      int[] all = new int[candidates];
      Arrays.setAll(all, i -> i);
      return new Choice(tf.constant(all), tf.math.less(draws, inputs.mu()));
    }
  };

  /**
   * Candidates, for which x_hat is computed.
   *
   * @param rows int32 [candidates], their places in the worker's part of the batch
   * @param induced [candidates], which of them are induced at this step's mu
   */
  record Choice(Operand<TInt32> rows, Operand<TBool> induced) {}

  /**
   * How many rows of a worker may be induced.
   *
   * @param rows of each worker
   * @param workers that share a batch
   * @param largestMu the highest mu of the run
   */
  abstract int candidates(int rows, int workers, double largestMu);

  /** The candidates of this worker; as many as {@link #candidates} says, at least 1. */
  abstract Choice choose(Ops tf, Coupling.Inputs inputs, int candidates, int workers);

  /**
   * An order of a batch's rows in which neighbours lie far apart: rank r of row i is i with its
   * digits reversed, to the base of the batch's prime factors. So the lowest ranks are spread
   * evenly over workers that share the batch, however many they are.
   *
   * @param batch rows in all
   */
  static int[] ranks(int batch) {
    int[] ranks = new int[batch];
    // The digits that are in place so far give a number below `done`; each factor adds one.
    int done = 1;
    int left = batch;
    for (int factor = 2; left > 1; factor++) {
      while (left % factor == 0) {
        left /= factor;
        for (int row = 0; row < batch; row++) {
          ranks[row] += row / left % factor * done;
        }
        done *= factor;
      }
    }
    return ranks;
  }
}
