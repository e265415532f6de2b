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
 * The layers of a {@link UNet} in the order in which they are applied; the only place that goes
 * through the architecture.
 *
 * @param resolution of the image, pixels
 * @param filter of the resampling
 */
record UNetLayout(
    int resolution,
    FirFilter filter,
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

  /**
   * What the layers follow from.
   *
   * @param levels the sizes
   * @param style of the blocks
   * @param embedding of the noise label
   * @param filter of the resampling
   * @param inputWidth channels that the first convolution makes of the image
   * @param attendsThroughout whether all of the decoder's blocks at a resolution with attention
   *     have it, or the last one only
   * @param residual whether the encoder sees the image at each level
   * @param output path of the last two layers
   */
  record Plan(
      UNetLevels levels,
      BlockStyle style,
      NoiseEmbedding embedding,
      FirFilter filter,
      int inputWidth,
      boolean attendsThroughout,
      boolean residual,
      String output) {
    UNetLayout layout() {
      return new Builder(this).layout();
    }
  }

  /** One walk down and up, with what it has to remember: the width, the skips and the sites. */
  private static final class Builder {
    private final Plan plan;
    private final UNetLevels levels;
    private final List<EncoderStep> encoder = new ArrayList<>();
    private final List<DecoderStep> decoder = new ArrayList<>();
    private final Deque<Integer> skipWidths = new ArrayDeque<>();
    private int width;
    private int imageWidth;
    private int site;

    Builder(Plan plan) {
      this.plan = plan;
      levels = plan.levels();
      width = plan.inputWidth();
      imageWidth = levels.channels();
    }

    UNetLayout layout() {
      BlockStyle style = plan.style();
      int channels = levels.channels();
      Convolution inputConvolution =
          new Convolution("enc/" + levels.size(0) + "_conv", channels, width, 3, style.start());
      skipWidths.push(width);
      for (int level = 0; level < levels.count(); level++) {
        descend(level);
      }
      for (int level = levels.count() - 1; level >= 0; level--) {
        ascend(level);
      }
      return new UNetLayout(
          levels.resolution(),
          plan.filter(),
          plan.embedding(),
          inputConvolution,
          List.copyOf(encoder),
          List.copyOf(decoder),
          new Norm(plan.output() + "norm", width, style.epsilon()),
          new Convolution(plan.output() + "conv", width, channels, 3, style.lastStart()));
    }

    private void descend(int level) {
      String path = "enc/" + levels.size(level);
      if (level > 0) {
        ResidualBlock down = block(path + "_down", level, width, width, Direction.DOWN, false);
        encoder.add(new EncoderStep(down, image(path)));
        skipWidths.push(width);
      }
      for (int i = 0; i < levels.numBlocks().get(level); i++) {
        int out = levels.width(level);
        boolean attention = levels.attends(level);
        encoder.add(
            new EncoderStep(
                block(path + "_block" + i, level, width, out, Direction.KEEP, attention), null));
        width = out;
        skipWidths.push(width);
      }
    }

    private void ascend(int level) {
      String path = "dec/" + levels.size(level);
      if (level == levels.count() - 1) {
        add(block(path + "_in0", level, width, width, Direction.KEEP, true));
        add(block(path + "_in1", level, width, width, Direction.KEEP, false));
      } else {
        add(block(path + "_up", level, width, width, Direction.UP, false));
      }
      int last = levels.numBlocks().get(level);
      for (int i = 0; i <= last; i++) {
        int in = width + skipWidths.pop();
        int out = levels.width(level);
        boolean attention = levels.attends(level) && (plan.attendsThroughout() || i == last);
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
      if (!plan.residual()) {
        return null;
      }
      Convolution image =
          new Convolution(path + "_aux_residual", imageWidth, width, 3, plan.style().start());
      imageWidth = width;
      return image;
    }

    private ResidualBlock block(
        String name, int level, int in, int out, Direction direction, boolean attention) {
      return new ResidualBlock(
          name,
          plan.style(),
          in,
          out,
          plan.embedding().out(),
          new Resampling(direction, plan.filter()),
          attention,
          levels.dropout().get(level),
          site++);
    }
  }
}
