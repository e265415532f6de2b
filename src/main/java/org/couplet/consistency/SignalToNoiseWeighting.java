package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * 1 / sigma^2 + 1 / sigma_data^2 at the higher level: EDM's weight of a denoiser's error (Karras et
 * al. 2022, table 1), which Easy Consistency Tuning takes for its pairs (Geng et al. 2024).
 *
 * @param sigmaData standard deviation of the data, &gt; 0
 */
public record SignalToNoiseWeighting(double sigmaData) implements Weighting {
  @Override
  public Operand<TFloat32> weight(Ops tf, Operand<TFloat64> sigmaLow, Operand<TFloat64> sigmaHigh) {
    return at(Expr.of(tf, sigmaHigh)).as(TFloat32.class);
  }

  /** The weight at a level. */
  <T extends TFloating> Expr<T> at(Expr<T> sigma) {
    return sigma
        .squared()
        .plus((float) sigmaData * (float) sigmaData)
        .over(sigma.times((float) sigmaData).squared());
  }
}
