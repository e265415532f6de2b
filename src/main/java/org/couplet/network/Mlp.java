package org.couplet.network;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.Cast;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.framework.activations.GELU;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A multilayer perceptron with GELU on [x, noise label], for points x [n, dimension].
 *
 * @param dimension of a point, at least 1
 * @param depth hidden layers, at least 1
 * @param width units of a hidden layer, at least 1
 */
public record Mlp(int dimension, int depth, int width) implements Network {
  /** Requires sizes of at least 1. */
  public Mlp {
    if (dimension < 1 || depth < 1 || width < 1) {
      throw new IllegalArgumentException(
          "sizes below 1: dimension " + dimension + ", depth " + depth + ", width " + width);
    }
  }

  @Override
  public List<Weight> weights() {
    return layers().stream().flatMap(layer -> layer.weights().stream()).toList();
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
    Operand<TFloat32> row = tf.reshape(noiseLabel, tf.constant(new long[] {-1, 1}));
    Operand<T> column = Cast.to(tf, row, x.type());
    Operand<T> h = tf.concat(List.of(x, column), tf.constant(1)); // [n, dimension + 1]
    List<Dense> layers = layers();
    for (Dense hidden : layers.subList(0, depth)) {
      h = GELU.gelu(tf, hidden.apply(tf, weights, h)); // [n, width]
    }
    return layers.get(depth).apply(tf, weights, h);
  }

  @Override
  public int labelDim() {
    return 0;
  }

  private List<Dense> layers() {
    Initialization start = new Initialization.Xavier(1);
    List<Dense> layers = new ArrayList<>();
    for (int i = 0; i < depth; i++) {
      layers.add(new Dense("hidden" + i, i == 0 ? dimension + 1 : width, width, start));
    }
    layers.add(new Dense("output", width, dimension, start));
    return layers;
  }
}
