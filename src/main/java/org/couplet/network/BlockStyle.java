package org.couplet.network;

import java.util.OptionalInt;
import org.couplet.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * What the blocks of SongUNet and of ADM do differently.
 *
 * @param adaptive whether the embedding scales and shifts what the second normalisation gives, or
 *     is added before it
 * @param sumScale factor of the sums at the end of skip connections and of attention
 * @param epsilon of the normalisations
 * @param projectsResized whether the skip connection has a convolution wherever the size changes,
 *     or only where the number of channels does
 * @param channelsPerHead of the attention; without it there is one head
 * @param start of most layers
 * @param attentionStart of the layer that makes queries, keys and values
 * @param lastStart of the layer at the end of each branch: (nearly) zero, so that a block starts as
 *     its skip connection
 */
record BlockStyle(
    boolean adaptive,
    double sumScale,
    double epsilon,
    boolean projectsResized,
    OptionalInt channelsPerHead,
    Initialization start,
    Initialization attentionStart,
    Initialization lastStart) {
  /** Of DDPM++ and NCSN++. Sums keep the variance of two independent terms. */
  static final BlockStyle SONG =
      new BlockStyle(
          false,
          Math.sqrt(0.5),
          1e-6,
          true,
          OptionalInt.empty(),
          new Initialization.Xavier(1),
          new Initialization.Xavier(Math.sqrt(0.2)),
          new Initialization.Xavier(1e-5));

  /** Of ADM. */
  static BlockStyle adm(int channelsPerHead) {
    return new BlockStyle(
        true,
        1,
        1e-5,
        false,
        OptionalInt.of(channelsPerHead),
        new Initialization.FanIn(),
        new Initialization.FanIn(),
        new Initialization.Zeros());
  }

  int heads(int channels) {
    return channelsPerHead.isPresent() ? channels / channelsPerHead.getAsInt() : 1;
  }

  <T extends TFloating> Operand<T> sum(Ops tf, Operand<T> a, Operand<T> b) {
    Operand<T> sum = tf.math.add(a, b);
    return sumScale == 1 ? sum : Layers.scale(tf, sum, (float) sumScale);
  }
}
