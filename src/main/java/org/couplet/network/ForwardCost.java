package org.couplet.network;

import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.network.UNetLayout.DecoderStep;
import org.couplet.network.UNetLayout.EncoderStep;

/**
 * How much a network computes and remembers, by its convolutions and linear layers. All that has no
 * weights is left out, as is customary: normalisation, activations, resampling, and the two
 * products inside attention (1.4% of table 5's network).
 */
public final class ForwardCost {
  private ForwardCost() {}

  /** Multiply-adds of one forward pass of one image or point. */
  public static long multiplyAdds(Network network) {
    return sum(
        network,
        (weight, pixels) ->
            switch (weight.shape().numDimensions()) {
              // A kernel [height, width, in, out] meets every pixel, a matrix [in, out] one row.
              case 4 -> weight.shape().size() * pixels;
              case 2 -> weight.shape().size();
              default -> 0;
            });
  }

  /**
   * Values that go into and come out of the convolutions and linear layers in one forward pass of
   * one image or point: a measure of what a backward pass has to remember.
   */
  public static long activations(Network network) {
    return sum(
        network,
        (weight, pixels) ->
            switch (weight.shape().numDimensions()) {
              case 4 -> (weight.shape().get(2) + weight.shape().get(3)) * pixels;
              case 2 -> weight.shape().get(0) + weight.shape().get(1);
              default -> 0;
            });
  }

  /** What one weight contributes where it meets so many pixels. */
  private interface Cost {
    long of(Weight weight, long pixels);
  }

  private static long sum(Network network, Cost cost) {
    return network instanceof UNet unet ? sum(unet, cost) : sum(network.weights(), 1, cost);
  }

  private static long sum(UNet network, Cost cost) {
    UNetLayout layout = network.layout();
    long size = layout.resolution();
    long sum = sum(layout.embedding().weights(), 1, cost);
    sum += sum(layout.inputConvolution().weights(), size * size, cost);
    for (EncoderStep step : layout.encoder()) {
      if (step.image() != null) {
        // Convolved with the filter's padding around it, before it is halved.
        long padded = size + 2L * layout.filter().padding();
        sum += sum(step.image().weights(), padded * padded, cost);
      }
      // All of a block's convolutions come after its resampling.
      size = resized(size, step.block());
      sum += sum(step.block().weights(), size * size, cost);
    }
    for (DecoderStep step : layout.decoder()) {
      size = resized(size, step.block());
      sum += sum(step.block().weights(), size * size, cost);
    }
    return sum + sum(layout.outputConvolution().weights(), size * size, cost);
  }

  private static long resized(long size, ResidualBlock block) {
    return switch (block.resampling().direction()) {
      case KEEP -> size;
      case DOWN -> size / 2;
      case UP -> 2 * size;
    };
  }

  private static long sum(List<Weight> weights, long pixels, Cost cost) {
    return weights.stream().mapToLong(weight -> cost.of(weight, pixels)).sum();
  }
}
