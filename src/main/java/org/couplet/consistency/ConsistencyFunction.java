package org.couplet.consistency;

import org.couplet.graph.Arguments;
import org.couplet.graph.Cast;
import org.couplet.graph.Expr;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.network.Execution;
import org.couplet.network.Labels;
import org.couplet.network.Network;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The consistency function f (equation 3) with the preconditioning of Karras et al. 2022, moved so
 * that {@code f(x, sigma_min) = x} exactly. The coefficients are float32 whatever the network runs
 * in.
 *
 * @param network F
 * @param process makes the points, and so their preconditioning
 * @param sigmaMin lowest noise level, at least 0
 * @param sigmaData standard deviation of the data, &gt; 0
 * @param precision what the network works in, TFloat32 or TBfloat16; all else is float32
 * @param execution how the network is computed
 */
public record ConsistencyFunction(
    Network network,
    ForwardProcess process,
    double sigmaMin,
    double sigmaData,
    Class<? extends TFloating> precision,
    Execution execution) {
  /** EDM's denoiser D: the same preconditioning with its boundary at sigma = 0. */
  public static ConsistencyFunction denoiser(
      Network network,
      double sigmaData,
      Class<? extends TFloating> precision,
      Execution execution) {
    return new ConsistencyFunction(
        network, new VarianceExploding(), 0, sigmaData, precision, execution);
  }

  /** The same function with a network that works in float32 and by plain operations. */
  public ConsistencyFunction plain() {
    return new ConsistencyFunction(
        network, process, sigmaMin, sigmaData, TFloat32.class, Execution.PLAIN);
  }

  /** The labels that come next among arguments, if the network has classes. */
  public Labels labels(Arguments in) {
    return network.labelDim() == 0 ? Labels.none() : Labels.of(in.next(TInt32.class));
  }

  /**
   * f(x, sigma).
   *
   * @param x [n, element...]
   * @param sigma [n], noise levels in [sigma_min, sigma_max]
   * @param labels of the rows, if the network has classes
   * @return [n, element...], the estimate of the data behind x
   */
  public Operand<TFloat32> apply(
      Ops tf,
      Weights weights,
      Operand<TFloat32> x,
      Operand<TFloat32> sigma,
      Labels labels,
      Dropout dropout) {
    ForwardProcess.Preconditioning c = process.preconditioning(tf, sigma, sigmaMin, sigmaData);
    Expr<TFloat32> cNoise = Expr.of(tf, sigma).log().times(0.25);
    Expr<TFloat32> input = Rows.like(tf, c.cIn(), x).times(x);
    Operand<TFloat32> raw =
        Cast.to(
            tf,
            network.apply(tf, weights, input.as(precision), cNoise, labels, dropout, execution),
            TFloat32.class);
    // Equation (3).
    return Rows.like(tf, c.cSkip(), x).times(x).plus(Rows.like(tf, c.cOut(), x).times(raw));
  }
}
