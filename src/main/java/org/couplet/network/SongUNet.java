package org.couplet.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.layer.FirFilter;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The UNet of DDPM++ and NCSN++ (Song et al. 2021, as Karras et al. 2022 write it) for images x [n,
 * resolution, resolution, channels].
 *
 * @param resolution pixels, a multiple of 2^(levels - 1)
 * @param channels of the image
 * @param modelChannels channels at the highest resolution, a multiple of 4
 * @param channelMult factor of modelChannels per level, highest resolution first; its length is the
 *     number of levels
 * @param numBlocks residual blocks of the encoder per level, the decoder having one more
 * @param dropout probability per level, in [0, 1), for the encoder's and the decoder's blocks
 * @param attnResolutions resolutions with self-attention, pixels
 * @param embedding how the noise label enters
 * @param channelMultNoise width of the sinusoids over modelChannels
 * @param encoder how the encoder sees the image
 * @param resampleFilter taps, [1, 1] (DDPM++) or [1, 3, 3, 1] (NCSN++)
 * @param labelDim how many classes {@link Labels} number; 0 for a network without
 */
public record SongUNet(
    int resolution,
    int channels,
    int modelChannels,
    List<Integer> channelMult,
    List<Integer> numBlocks,
    List<Double> dropout,
    List<Integer> attnResolutions,
    Embedding embedding,
    int channelMultNoise,
    Encoder encoder,
    List<Double> resampleFilter,
    int labelDim)
    implements Network {
  /** How the noise label enters. */
  public enum Embedding {
    /** Sinusoids at fixed frequencies (DDPM++). */
    POSITIONAL,
    /** Sinusoids at random frequencies, drawn once (NCSN++). */
    FOURIER
  }

  /** How the encoder sees the image. */
  public enum Encoder {
    /** Through the first convolution only (DDPM++). */
    STANDARD,
    /** Halved and added at each level, too (NCSN++). */
    RESIDUAL
  }

  /** Requires lists of one length and sizes that divide. */
  public SongUNet {
    channelMult = List.copyOf(channelMult);
    numBlocks = List.copyOf(numBlocks);
    dropout = List.copyOf(dropout);
    attnResolutions = List.copyOf(attnResolutions);
    resampleFilter = List.copyOf(resampleFilter);
    int levels = channelMult.size();
    if (levels < 1 || numBlocks.size() != levels || dropout.size() != levels) {
      throw new IllegalArgumentException(
          "levels differ: channel factors "
              + channelMult
              + ", blocks "
              + numBlocks
              + ", dropout "
              + dropout);
    }
    if (resolution % (1 << (levels - 1)) != 0) {
      throw new IllegalArgumentException(
          "resolution " + resolution + " does not halve " + (levels - 1) + " times");
    }
    if (modelChannels % 4 != 0 || channels < 1) {
      throw new IllegalArgumentException(
          modelChannels + " model channels, not a multiple of 4, or " + channels + " channels");
    }
  }

  @Override
  public List<Weight> weights() {
    return UNetLayout.of(this).weights();
  }

  @Override
  public <T extends TFloating> Operand<T> apply(
      Ops tf,
      Weights weights,
      Operand<T> x,
      Operand<TFloat32> noiseLabel,
      Labels labels,
      Dropout dropout,
      Execution execution) {
    UNetLayout layout = UNetLayout.of(this);
    ResidualBlock.Pass pass = ResidualBlock.Pass.of(dropout, execution);
    Operand<T> noise = layout.embedding().apply(tf, weights, noiseLabel, labels, x.type());

    // Encoder.
    Deque<Operand<T>> skips = new ArrayDeque<>();
    FirFilter filter = new FirFilter(resampleFilter);
    Operand<T> image = x;
    Operand<T> h = layout.inputConvolution().apply(tf, weights, x, pass.conv2d());
    skips.push(h);
    for (UNetLayout.EncoderStep step : layout.encoder()) {
      h = step.block().apply(tf, weights, h, noise, pass);
      if (step.image() != null) {
        Operand<T> half = step.image().applyAndHalve(tf, weights, image, filter, pass.conv2d());
        h = ResidualBlock.sum(tf, h, half);
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
