package org.couplet.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.couplet.graph.Weight;
import org.couplet.layer.FirFilter;
import org.couplet.network.UNetLayout.DecoderStep;
import org.couplet.network.UNetLayout.EncoderStep;

/**
 * How much a network computes: the multiply-adds of its convolutions and linear layers. All that
 * has no weights is left out, as is customary: normalisation, activations, resampling, and the two
 * products inside attention (1.4% of table 5's network).
 */
public final class ForwardCost {
  private ForwardCost() {}

  /** Multiply-adds of one forward pass of one image or point. */
  public static long multiplyAdds(Network network) {
    return parts(network).stream().mapToLong(Part::multiplyAdds).sum();
  }

  /**
   * Values that a backward pass needs of one image's or point's forward pass: the inputs of
   * convolutions and linear layers, whose gradients are made of them. A real step keeps more.
   *
   * @param remat whether a UNet's blocks are computed again, one after another
   */
  public static long keptValues(Network network, boolean remat) {
    var values = parts(network).stream().mapToLong(Part::inputs);
    return remat ? values.max().orElse(0) : values.sum();
  }

  /** Weights that meet the same number of pixels. */
  private record Part(List<Weight> weights, long pixels) {
    // A kernel [height, width, in, out] meets every pixel, a matrix [in, out] one row.
    long multiplyAdds() {
      return sum(weight -> weight.shape().size() * pixels, weight -> weight.shape().size());
    }

    long inputs() {
      return sum(weight -> weight.shape().get(2) * pixels, weight -> weight.shape().get(0));
    }

    private long sum(ToLongFunction<Weight> ofKernel, ToLongFunction<Weight> ofMatrix) {
      return weights.stream()
          .mapToLong(
              weight ->
                  switch (weight.shape().numDimensions()) {
                    case 4 -> ofKernel.applyAsLong(weight);
                    case 2 -> ofMatrix.applyAsLong(weight);
                    default -> 0;
                  })
          .sum();
    }
  }

  private static List<Part> parts(Network network) {
    return network instanceof SongUNet unet
        ? parts(unet)
        : List.of(new Part(network.weights(), 1));
  }

  private static List<Part> parts(SongUNet network) {
    UNetLayout layout = UNetLayout.of(network);
    long size = network.resolution();
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(layout.embedding().weights(), 1));
    parts.add(new Part(layout.inputConvolution().weights(), size * size));
    for (EncoderStep step : layout.encoder()) {
      if (step.image() != null) {
        // Convolved with the filter's padding around it, before it is halved.
        long padded = size + 2L * new FirFilter(network.resampleFilter()).padding();
        parts.add(new Part(step.image().weights(), padded * padded));
      }
      // All of a block's convolutions come after its resampling.
      size = resized(size, step.block());
      parts.add(new Part(step.block().weights(), size * size));
    }
    for (DecoderStep step : layout.decoder()) {
      size = resized(size, step.block());
      parts.add(new Part(step.block().weights(), size * size));
    }
    parts.add(new Part(layout.outputConvolution().weights(), size * size));
    return parts;
  }

  private static long resized(long size, ResidualBlock block) {
    return switch (block.resampling().direction()) {
      case KEEP -> size;
      case DOWN -> size / 2;
      case UP -> 2 * size;
    };
  }
}
