package org.couplet.inception;

import java.util.List;
import org.tensorflow.proto.NodeDef;

/**
 * A batch normalisation (Ioffe &amp; Szegedy 2015) with fixed statistics as a part of the
 * convolution before it: (conv(x, w) - mean) s + beta = conv(x, w s) + (beta - mean s), where s is
 * 1 / sqrt(variance + epsilon), times gamma if the normalisation scales.
 */
final class NormFold {
  private final double[] scale;
  private final double[] shift;

  private NormFold(double[] scale, double[] shift) {
    this.scale = scale;
    this.shift = shift;
  }

  /** Reads a node of the kind BatchNormWithGlobalNormalization. */
  static NormFold of(FrozenGraph graph, NodeDef norm) {
    float[] mean = ConstantNode.floats(graph, graph.input(norm, 1));
    float[] variance = ConstantNode.floats(graph, graph.input(norm, 2));
    float[] beta = ConstantNode.floats(graph, graph.input(norm, 3));
    float[] gamma = ConstantNode.floats(graph, graph.input(norm, 4));
    double epsilon = graph.attribute(norm, "variance_epsilon").getF();
    boolean scaling = graph.attribute(norm, "scale_after_normalization").getB();
    int channels = mean.length;
    if (variance.length != channels || beta.length != channels || gamma.length != channels) {
      throw graph.refusal("the inputs of '" + norm.getName() + "' differ in length");
    }
    double[] scale = new double[channels];
    double[] shift = new double[channels];
    for (int i = 0; i < channels; i++) {
      scale[i] = (scaling ? gamma[i] : 1) / Math.sqrt(variance[i] + epsilon);
      shift[i] = beta[i] - mean[i] * scale[i];
    }
    return new NormFold(scale, shift);
  }

  /** The convolution's filter [height, width, in, channels], scaled. */
  NodeDef filter(FrozenGraph graph, NodeDef filter) {
    List<Long> shape = ConstantNode.shape(graph, filter);
    if (shape.size() != 4 || shape.get(3) != scale.length) {
      throw graph.refusal(
          "the filter '%s' has the shape %s, but its normalisation %d channels"
              .formatted(filter.getName(), shape, scale.length));
    }
    float[] values = ConstantNode.floats(graph, filter);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] * scale[i % scale.length]);
    }
    return ConstantNode.of(filter.getName(), shape, values);
  }

  /** What is to be added after the convolution: [channels]. */
  NodeDef bias(String name) {
    float[] values = new float[shift.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) shift[i];
    }
    return ConstantNode.of(name, List.of((long) values.length), values);
  }
}
