package org.couplet.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.layer.FirFilter;
import org.couplet.network.Resampling.Direction;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a {@link SongUNet} in the order in which they are applied; the only place that goes
 * through the architecture.
 */
record UNetLayout(
    NoiseEmbedding embedding,
    Convolution inputConvolution,
    List<EncoderStep> encoder,
    List<DecoderStep> decoder,
    Norm outputNorm,
    Convolution outputConvolution) {

  /**
   * A block of the encoder. Its output is a skip.
   *
   * @param block of the main path
   * @param image for the residual encoder: brings the image to this size, to be added to the output
   */
  record EncoderStep(ResidualBlock block, @Nullable Convolution image) {}

  /** A block of the decoder, which may take the latest skip beside its input. */
  record DecoderStep(ResidualBlock block, boolean takesSkip) {}

  static UNetLayout of(SongUNet network) {
    return new Builder(network).layout();
  }

  /** All weights, in the order of the checkpoint. */
  List<Weight> weights() {
    List<Layer> layers = new ArrayList<>(List.of(embedding, inputConvolution));
    for (EncoderStep step : encoder) {
      layers.add(step.block());
      if (step.image() != null) {
        layers.add(step.image());
      }
    }
    decoder.forEach(step -> layers.add(step.block()));
    layers.addAll(List.of(outputNorm, outputConvolution));
    return layers.stream().flatMap(part -> part.weights().stream()).toList();
  }

  /** One walk down and up, with what it has to remember: the width, the skips and the sites. */
  private static final class Builder {
    private final SongUNet network;
    private final int embeddingWidth;
    private final FirFilter filter;
    private final List<EncoderStep> encoder = new ArrayList<>();
    private final List<DecoderStep> decoder = new ArrayList<>();
    private final Deque<Integer> skipWidths = new ArrayDeque<>();
    private int width;
    private int imageWidth;
    private int site;

    Builder(SongUNet network) {
      this.network = network;
      embeddingWidth = 4 * network.modelChannels();
      filter = new FirFilter(network.resampleFilter());
      width = network.modelChannels();
      imageWidth = network.channels();
    }

    UNetLayout layout() {
      NoiseEmbedding embedding =
          new NoiseEmbedding(
              network.embedding(),
              network.modelChannels() * network.channelMultNoise(),
              embeddingWidth,
              network.labelDim());
      Convolution inputConvolution =
          new Convolution("enc/" + size(0) + "_conv", network.channels(), width, 3);
      skipWidths.push(width);
      int levels = network.channelMult().size();
      for (int level = 0; level < levels; level++) {
        descend(level);
      }
      for (int level = levels - 1; level >= 0; level--) {
        ascend(level);
      }
      String name = "dec/" + size(0) + "_aux_";
      return new UNetLayout(
          embedding,
          inputConvolution,
          List.copyOf(encoder),
          List.copyOf(decoder),
          new Norm(name + "norm", width),
          new Convolution(name + "conv", width, network.channels(), 3, Convolution.NEARLY_ZERO));
    }

    private void descend(int level) {
      String path = "enc/" + size(level);
      if (level > 0) {
        ResidualBlock down = block(path + "_down", level, width, width, Direction.DOWN, false);
        encoder.add(new EncoderStep(down, image(path)));
        skipWidths.push(width);
      }
      for (int i = 0; i < network.numBlocks().get(level); i++) {
        int out = outputWidth(level);
        encoder.add(
            new EncoderStep(
                block(path + "_block" + i, level, width, out, Direction.KEEP, attends(level)),
                null));
        width = out;
        skipWidths.push(width);
      }
    }

    private void ascend(int level) {
      String path = "dec/" + size(level);
      if (level == network.channelMult().size() - 1) {
        add(block(path + "_in0", level, width, width, Direction.KEEP, true));
        add(block(path + "_in1", level, width, width, Direction.KEEP, false));
      } else {
        add(block(path + "_up", level, width, width, Direction.UP, false));
      }
      int last = network.numBlocks().get(level);
      for (int i = 0; i <= last; i++) {
        int in = width + skipWidths.pop();
        int out = outputWidth(level);
        boolean attention = i == last && attends(level);
        decoder.add(
            new DecoderStep(
                block(path + "_block" + i, level, in, out, Direction.KEEP, attention), true));
        width = out;
      }
    }

    private void add(ResidualBlock block) {
      decoder.add(new DecoderStep(block, false));
    }

    private @Nullable Convolution image(String path) {
      if (network.encoder() == SongUNet.Encoder.STANDARD) {
        return null;
      }
      Convolution image = new Convolution(path + "_aux_residual", imageWidth, width, 3);
      imageWidth = width;
      return image;
    }

    private ResidualBlock block(
        String name, int level, int in, int out, Direction direction, boolean attention) {
      return new ResidualBlock(
          name,
          in,
          out,
          embeddingWidth,
          new Resampling(direction, filter),
          attention,
          network.dropout().get(level),
          site++);
    }

    private int outputWidth(int level) {
      return network.modelChannels() * network.channelMult().get(level);
    }

    private boolean attends(int level) {
      return network.attnResolutions().contains(network.resolution() >> level);
    }

    private String size(int level) {
      int resolution = network.resolution() >> level;
      return resolution + "x" + resolution;
    }
  }
}
