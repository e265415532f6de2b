package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.couplet.network.Labels;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * GC(mu), the paper's coupling (section 4.1): with probability mu a row's data end is x_hat, the
 * model's own estimate of it, instead of the data. mu = 0 is independent coupling.
 *
 * <p>{@code removeNoise} is not from the paper. What the generator leaves of the noise in x_hat is
 * along the z that the pair adds again: its points have more noise than their levels say, and the
 * network seems to learn to leave it (docs/studies.md). In high dimensions little else of x_hat's
 * error is along z; points in the plane would lose half of it.
 *
 * @param average whether x_hat is made with the moving average (figure 5b) or the online weights
 * @param rows which rows are generator-induced
 * @param largestMu the highest mu of the run, in [0, 1]
 * @param removeNoise whether x_hat loses its component along z
 * @param workers that share a batch, at least 1
 */
public record GeneratorInducedCoupling(
    boolean average, InducedRows rows, double largestMu, boolean removeNoise, int workers)
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
    Operand<TFloat32> estimate = inputs.generator(average).estimate(xLow, sigma, labels);
    Operand<TFloat32> xHat = removeNoise ? withoutNoise(tf, estimate, x, z) : estimate;
    Operand<TFloat32> chosen = tf.select(Rows.shaped(tf, choice.induced(), x), xHat, x);
    return tf.stopGradient(Rows.replace(tf, inputs.x(), choice.rows(), chosen));
  }

  // x_hat - (<x_hat - x, z> / ||z||^2) z in each row.
  private static Operand<TFloat32> withoutNoise(
      Ops tf, Operand<TFloat32> xHat, Operand<TFloat32> x, Operand<TFloat32> z) {
    Operand<TInt32> axes = tf.constant(Rows.elementAxes(z));
    Operand<TFloat32> product = tf.sum(Expr.of(tf, xHat).minus(x).times(z), axes);
    Operand<TFloat32> square = tf.sum(Expr.of(tf, z).squared(), axes);
    Operand<TFloat32> left = Expr.of(tf, product).over(square); // [n]
    return Expr.of(tf, xHat).minus(Rows.like(tf, left, z).times(z));
  }

  /** One pass for each row whose x_hat is computed. */
  @Override
  public double forwardPasses(double mu) {
    return rows == InducedRows.CHOSEN ? mu : 1;
  }
}
