package org.couplet.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** A UNet is its layers in order: they are its weights, and how it is applied. */
sealed interface UNet extends Network permits SongUNet, AdmUNet {
  /** The layers. */
  UNetLayout layout();

  @Override
  default List<Weight> weights() {
    return layout().weights();
  }

  @Override
  default <T extends TFloating> Operand<T> apply(
      Ops tf,
      Weights weights,
      Operand<T> x,
      Operand<TFloat32> noiseLabel,
      Labels labels,
      Dropout dropout,
      Execution execution) {
    UNetLayout layout = layout();
    ResidualBlock.Pass pass = ResidualBlock.Pass.of(dropout, execution);
    Operand<T> noise = layout.embedding().apply(tf, weights, noiseLabel, labels, x.type());

    // Encoder.
    Deque<Operand<T>> skips = new ArrayDeque<>();
    Operand<T> image = x;
    Operand<T> h = layout.inputConvolution().apply(tf, weights, x, pass.conv2d());
    skips.push(h);
    for (UNetLayout.EncoderStep step : layout.encoder()) {
      h = step.block().apply(tf, weights, h, noise, pass);
      if (step.image() != null) {
        Operand<T> half =
            step.image().applyAndHalve(tf, weights, image, layout.filter(), pass.conv2d());
        h = step.block().style().sum(tf, h, half);
        image = h;
      }
      skips.push(h);
    }

    // Decoder.
    for (UNetLayout.DecoderStep step : layout.decoder()) {
      if (step.takesSkip()) {
        h = tf.concat(List.of(h, skips.pop()), tf.constant(3));
      }
      h = step.block().apply(tf, weights, h, noise, pass);
    }
    h = layout.outputNorm().activated(tf, weights, h, pass.activation());
    return layout.outputConvolution().apply(tf, weights, h, pass.conv2d());
  }
}
