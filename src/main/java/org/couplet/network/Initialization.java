package org.couplet.network;

import org.couplet.graph.Initializer;

/** How a layer's weights and biases start, each a function of the inputs that an output sums. */
sealed interface Initialization {
  /** Of the weights. */
  Initializer weights(int fanIn);

  /** Of the biases. */
  Initializer biases(int fanIn);

  /** Xavier's uniform weights times a gain, and no bias: SongUNet and the perceptron. */
  record Xavier(double gain) implements Initialization {
    @Override
    public Initializer weights(int fanIn) {
      return new Initializer.XavierUniform(gain);
    }

    @Override
    public Initializer biases(int fanIn) {
      return new Initializer.Constant(0);
    }
  }

  /** Weights and biases uniform in [-1, 1) / sqrt(fan_in), a variance of 1 / (3 fan_in): ADM. */
  record FanIn() implements Initialization {
    @Override
    public Initializer weights(int fanIn) {
      return new Initializer.Uniform(1 / Math.sqrt(fanIn));
    }

    @Override
    public Initializer biases(int fanIn) {
      return weights(fanIn);
    }
  }

  /** All zeros. */
  record Zeros() implements Initialization {
    @Override
    public Initializer weights(int fanIn) {
      return new Initializer.Constant(0);
    }

    @Override
    public Initializer biases(int fanIn) {
      return new Initializer.Constant(0);
    }
  }
}
