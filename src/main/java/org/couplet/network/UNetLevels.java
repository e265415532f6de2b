package org.couplet.network;

import java.util.List;

/**
 * The sizes of a UNet for images [resolution, resolution, channels], level by level, the highest
 * resolution first.
 *
 * @param resolution pixels, a multiple of 2^(levels - 1)
 * @param channels of the image
 * @param modelChannels a multiple of 4
 * @param channelMult factor of modelChannels; its length is the number of levels
 * @param numBlocks residual blocks of the encoder, the decoder having one more
 * @param dropout probability in [0, 1)
 * @param attnResolutions resolutions with self-attention, pixels
 */
record UNetLevels(
    int resolution,
    int channels,
    int modelChannels,
    List<Integer> channelMult,
    List<Integer> numBlocks,
    List<Double> dropout,
    List<Integer> attnResolutions) {
  UNetLevels {
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

  int count() {
    return channelMult.size();
  }

  /** Channels of a level. */
  int width(int level) {
    return modelChannels * channelMult.get(level);
  }

  boolean attends(int level) {
    return attnResolutions.contains(resolution >> level);
  }

  /** As names of weights have it: 32x32. */
  String size(int level) {
    int pixels = resolution >> level;
    return pixels + "x" + pixels;
  }
}
