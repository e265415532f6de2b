package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** How a noisy point is made from data and noise. */
public sealed interface ForwardProcess permits VarianceExploding, Bridge {
  /**
   * The coefficients of f(x, sigma) = cSkip x + cOut F(cIn x, cNoise), each [n], float32 (equation
   * 3). cNoise = ln(sigma) / 4 is the same for every process.
   *
   * @param cSkip 1 at sigma_min, exactly
   * @param cOut 0 at sigma_min, exactly
   * @param cIn scales points to unit variance
   */
  record Preconditioning(Operand<TFloat32> cSkip, Operand<TFloat32> cOut, Operand<TFloat32> cIn) {}

  /**
   * The point between x and z at a noise level.
   *
   * @param x [n, element...], data
   * @param z [n, element...], noise
   * @param sigma [n], noise levels
   * @return [n, element...]
   */
  Operand<TFloat32> point(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> z, Operand<TFloat32> sigma);

  /**
   * Where sampling starts: pure noise at the first level.
   *
   * @param z [n, element...], noise
   * @param sigma [n]
   */
  Operand<TFloat32> start(Ops tf, Operand<TFloat32> z, Operand<TFloat32> sigma);

  /**
   * Noise added to an estimate for a further sampling step (Song et al. 2023, algorithm 1).
   *
   * @param xHat [n, element...]
   * @param z [n, element...], fresh noise
   * @param sigma [n], at least sigma_min
   * @param sigmaMin the level of {@code xHat}
   */
  Operand<TFloat32> renoise(
      Ops tf,
      Operand<TFloat32> xHat,
      Operand<TFloat32> z,
      Operand<TFloat32> sigma,
      double sigmaMin);

  /**
   * The preconditioning of the consistency function for this process's points.
   *
   * @param sigma [n], in [sigma_min, sigma_max]
   * @param sigmaMin where f is the identity, at least 0
   * @param sigmaData standard deviation of the data, &gt; 0
   */
  Preconditioning preconditioning(
      Ops tf, Operand<TFloat32> sigma, double sigmaMin, double sigmaData);
}
