package org.couplet.consistency;

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
 */
public record GeneratorInducedCoupling(boolean average, InducedRows rows, double largestMu)
    implements Coupling {
  @Override
  public Pair pair(Ops tf, Inputs inputs) {
    return inputs.between(tf, dataEnd(tf, inputs), inputs.z()); // equation (8)
  }

  /** x_hat in the generator-induced rows and x in the others: [n, element...]. */
  Operand<TFloat32> dataEnd(Ops tf, Inputs inputs) {
    int candidates = rows.candidates((int) inputs.x().shape().get(0), largestMu);
    if (candidates == 0) {
      return inputs.x();
    }
    Operand<TFloat32> x = Rows.first(tf, inputs.x(), candidates);
    Operand<TFloat32> z = Rows.first(tf, inputs.z(), candidates);
    Operand<TFloat32> sigma = Rows.first(tf, inputs.levels().lowFloat(tf), candidates);
    // Equation (7), with x_i = x + sigma_i z or as the process has it.
    Operand<TFloat32> xLow = inputs.process().point(tf, x, z, sigma);
    Operand<TFloat32> xHat = tf.stopGradient(inputs.generator(average).estimate(xLow, sigma));
    Operand<TBool> induced = rows.induced(tf, inputs, candidates);
    return Rows.replaceFirst(tf, inputs.x(), tf.select(Rows.shaped(tf, induced, x), xHat, x));
  }

  /** One pass for each row whose x_hat is computed. */
  @Override
  public double forwardPasses(double mu) {
    return rows == InducedRows.CHOSEN ? mu : 1;
  }
}
