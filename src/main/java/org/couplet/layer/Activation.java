package org.couplet.layer;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.framework.activations.Swish;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * What a network does before its convolutions: normalises, applies SiLU and drops values. The
 * object belongs to one graph.
 */
public final class Activation {
  private final Dropout masks;
  private final @Nullable FusedNorm fused;

  /**
   * Plain operations, or fused.
   *
   * @param masks of the dropout
   * @param fused whether XLA compiles the pointwise work, as {@link FusedNorm} has it
   */
  public Activation(Dropout masks, boolean fused) {
    this.masks = masks;
    this.fused = fused ? new FusedNorm() : null;
  }

  /**
   * silu(affine(norm(x + shift))), of which some values are dropped.
   *
   * @param x [n, h, w, channels], h and w static; with masks n, too
   * @param shift [n, channels] or null for none
   * @param affine that follows the normalisation
   * @param rate of the dropout, in [0, 1); 0: none
   * @param site of the dropout's mask
   * @return [n, h, w, channels]
   */
  public <T extends TFloating> Operand<T> apply(
      Ops tf,
      GroupNorm norm,
      Operand<T> x,
      @Nullable Operand<T> shift,
      Affine affine,
      double rate,
      int site) {
    if (fused != null) {
      return fused.apply(tf, norm, x, shift, affine, masks.draw(tf, x.shape(), rate, site));
    }
    Operand<T> active = Swish.swish(tf, norm.apply(tf, x, shift, affine));
    return masks.apply(tf, active, rate, site);
  }
}
