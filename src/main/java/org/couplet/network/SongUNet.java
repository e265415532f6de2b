package org.couplet.network;

import java.util.List;
import org.couplet.layer.FirFilter;

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
    implements UNet {
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
    new UNetLevels(
        resolution, channels, modelChannels, channelMult, numBlocks, dropout, attnResolutions);
  }

  @Override
  public UNetLayout layout() {
    UNetLevels levels =
        new UNetLevels(
            resolution, channels, modelChannels, channelMult, numBlocks, dropout, attnResolutions);
    BlockStyle style = BlockStyle.SONG;
    NoiseEmbedding.Sinusoids sinusoids =
        switch (embedding) {
          case POSITIONAL -> NoiseEmbedding.Sinusoids.DDPMPP;
          case FOURIER -> NoiseEmbedding.Sinusoids.NCSNPP;
        };
    return new UNetLayout.Plan(
            levels,
            style,
            new NoiseEmbedding(
                sinusoids,
                modelChannels * channelMultNoise,
                4 * modelChannels,
                style.start(),
                labelDim),
            new FirFilter(resampleFilter),
            modelChannels,
            false,
            encoder == Encoder.RESIDUAL,
            "dec/" + levels.size(0) + "_aux_")
        .layout();
  }
}
