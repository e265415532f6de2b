package org.couplet.network;

import java.util.List;
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
    return network instanceof SongUNet unet
        ? multiplyAdds(unet)
        : multiplyAdds(network.weights(), 1);
  }

  private static long multiplyAdds(SongUNet network) {
    UNetLayout layout = UNetLayout.of(network);
    long size = network.resolution();
    long sum = multiplyAdds(layout.embedding().weights(), 1);
    sum += multiplyAdds(layout.inputConvolution().weights(), size * size);
    for (EncoderStep step : layout.encoder()) {
      if (step.image() != null) {
        // Convolved with the filter's padding around it, before it is halved.
        long padded = size + 2L * new FirFilter(network.resampleFilter()).padding();
        sum += multiplyAdds(step.image().weights(), padded * padded);
      }
      // All of a block's convolutions come after its resampling.
      size = resized(size, step.block());
      sum += multiplyAdds(step.block().weights(), size * size);
    }
    for (DecoderStep step : layout.decoder()) {
      size = resized(size, step.block());
      sum += multiplyAdds(step.block().weights(), size * size);
    }
    return sum + multiplyAdds(layout.outputConvolution().weights(), size * size);
  }

  private static long resized(long size, ResidualBlock block) {
    return switch (block.resampling().direction()) {
      case KEEP -> size;
      case DOWN -> size / 2;
      case UP -> 2 * size;
    };
  }

  // A kernel [height, width, in, out] meets every pixel, a matrix [in, out] one row.
  private static long multiplyAdds(List<Weight> weights, long pixels) {
    return weights.stream()
        .mapToLong(
            weight ->
                switch (weight.shape().numDimensions()) {
                  case 4 -> weight.shape().size() * pixels;
                  case 2 -> weight.shape().size();
                  default -> 0;
                })
        .sum();
  }
}
