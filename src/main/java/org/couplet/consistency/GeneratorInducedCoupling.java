package org.couplet.consistency;

import org.couplet.network.Labels;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/**
 * GC(mu), the paper's coupling (section 4.1): with probability mu a row's data end is x_hat, the
 * model's own estimate of it, instead of the data. mu = 0 is independent coupling.
 *
 * @param average whether x_hat is made with the moving average (figure 5b) or the online weights
 * @param rows which rows are generator-induced
 * @param largestMu the highest mu of the run, in [0, 1]
 * @param minSigma rows whose sigma_i is lower keep their data: what the generator leaves of the
 *     noise would be their target; data units, at least 0 (the paper)
 * @param workers that share a batch, at least 1
 */
public record GeneratorInducedCoupling(
    boolean average, InducedRows rows, double largestMu, double minSigma, int workers)
    implements Coupling {
  @Override
  public Pair pair(Ops tf, Inputs inputs) {
    return inputs.between(tf, dataEnd(tf, inputs), inputs.z()); // equation (8)
  }

  /** x_hat in the generator-induced rows and x in the others: [n, element...]. */
  Operand<TFloat32> dataEnd(Ops tf, Inputs inputs) {
    int candidates = rows.candidates((int) inputs.x().shape().get(0), workers, largestMu);
    if (candidates == 0) {
      return inputs.x();
    }
    InducedRows.Choice choice = rows.choose(tf, inputs, candidates, workers);
    Operand<TFloat32> x = Rows.at(tf, inputs.x(), choice.rows());
    Operand<TFloat32> z = Rows.at(tf, inputs.z(), choice.rows());
    Operand<TFloat32> sigma = Rows.at(tf, inputs.levels().lowFloat(tf), choice.rows());
    // Equation (7), with x_i = x + sigma_i z or as the process has it.
    Operand<TFloat32> xLow = inputs.process().point(tf, x, z, sigma);
    Labels labels = inputs.labels().at(tf, choice.rows());
    Operand<TFloat32> xHat = inputs.generator(average).estimate(xLow, sigma, labels);
    Operand<TBool> induced =
        tf.math.logicalAnd(
            choice.induced(), tf.math.greaterEqual(sigma, tf.constant((float) minSigma)));
    Operand<TFloat32> chosen = tf.select(Rows.shaped(tf, induced, x), xHat, x);
    return tf.stopGradient(Rows.replace(tf, inputs.x(), choice.rows(), chosen));
  }

  /** One pass for each row whose x_hat is computed. */
  @Override
  public double forwardPasses(double mu) {
    return rows == InducedRows.CHOSEN ? mu : 1;
  }
}
