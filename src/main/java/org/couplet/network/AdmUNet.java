package org.couplet.network;

import java.util.List;
import org.couplet.layer.FirFilter;

/**
 * The UNet of ADM (Dhariwal &amp; Nichol 2021, as Karras et al. 2022 write it) for images x [n,
 * resolution, resolution, channels]. What differs from {@link SongUNet}'s blocks: {@link
 * BlockStyle}.
 *
 * @param resolution pixels, a multiple of 2^(levels - 1)
 * @param channels of the image
 * @param modelChannels times channelMult the channels of a level, a multiple of 4
 * @param channelMult factor of modelChannels per level, highest resolution first; its length is the
 *     number of levels
 * @param numBlocks residual blocks of the encoder per level, the decoder having one more
 * @param dropout probability per level, in [0, 1), for the encoder's and the decoder's blocks
 * @param attnResolutions resolutions with self-attention, pixels
 * @param channelMultEmb width of the noise embedding over modelChannels, at least 1
 * @param channelsPerHead of the attention; divides the channels of each level that has attention,
 *     and those of the last level
 * @param labelDim how many classes {@link Labels} number; 0 for a network without
 */
public record AdmUNet(
    int resolution,
    int channels,
    int modelChannels,
    List<Integer> channelMult,
    List<Integer> numBlocks,
    List<Double> dropout,
    List<Integer> attnResolutions,
    int channelMultEmb,
    int channelsPerHead,
    int labelDim)
    implements UNet {
  private static final List<Double> BOX = List.of(1.0, 1.0);

  /** Requires lists of one length and sizes that divide. */
  public AdmUNet {
    channelMult = List.copyOf(channelMult);
    numBlocks = List.copyOf(numBlocks);
    dropout = List.copyOf(dropout);
    attnResolutions = List.copyOf(attnResolutions);
    UNetLevels levels =
        new UNetLevels(
            resolution, channels, modelChannels, channelMult, numBlocks, dropout, attnResolutions);
    for (int level = 0; level < levels.count(); level++) {
      boolean attends = levels.attends(level) || level == levels.count() - 1;
      if (attends && levels.width(level) % channelsPerHead != 0) {
        throw new IllegalArgumentException(
            levels.width(level) + " channels do not fall into heads of " + channelsPerHead);
      }
    }
  }

  @Override
  public UNetLayout layout() {
    UNetLevels levels =
        new UNetLevels(
            resolution, channels, modelChannels, channelMult, numBlocks, dropout, attnResolutions);
    BlockStyle style = BlockStyle.adm(channelsPerHead);
    NoiseEmbedding embedding =
        new NoiseEmbedding(
            NoiseEmbedding.Sinusoids.ADM,
            modelChannels,
            modelChannels * channelMultEmb,
            style.start(),
            labelDim);
    return new UNetLayout.Plan(
            levels, style, embedding, new FirFilter(BOX), levels.width(0), true, false, "out_")
        .layout();
  }
}
