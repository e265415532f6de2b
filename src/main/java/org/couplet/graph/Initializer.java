package org.couplet.graph;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The values of a weight before training. */
public sealed interface Initializer {
  /**
   * Draws the values.
   *
   * @param shape static
   * @param randomness of which {@code site} is this weight's own
   * @return float32 values of the given shape
   */
  Operand<TFloat32> values(Ops tf, Shape shape, Randomness randomness, int site);

  /** All values alike. */
  record Constant(float value) implements Initializer {
    @Override
    public Operand<TFloat32> values(Ops tf, Shape shape, Randomness randomness, int site) {
      return tf.fill(tf.constant(shape), tf.constant(value));
    }
  }

  /**
   * Uniform in [-limit, limit), limit = gain sqrt(6 / (fan_in + fan_out)) (Glorot &amp; Bengio
   * 2010); the fans of a convolution count its kernel's area.
   */
  record XavierUniform(double gain) implements Initializer {
    @Override
    public Operand<TFloat32> values(Ops tf, Shape shape, Randomness randomness, int site) {
      int rank = shape.numDimensions();
      double area = 1;
      for (int i = 0; i < rank - 2; i++) {
        area *= shape.get(i);
      }
      double fans = area * (shape.get(rank - 2) + shape.get(rank - 1));
      double limit = gain * Math.sqrt(6 / fans);
      return new Uniform(limit).values(tf, shape, randomness, site);
    }
  }

  /** Uniform in [-limit, limit). */
  record Uniform(double limit) implements Initializer {
    @Override
    public Operand<TFloat32> values(Ops tf, Shape shape, Randomness randomness, int site) {
      Operand<TFloat32> unit = randomness.uniform(tf, Randomness.Purpose.WEIGHTS, site, shape);
      return Expr.of(tf, unit).times(2).minus(1).times(limit);
    }
  }

  /** Normal with mean 0. */
  record Normal(double standardDeviation) implements Initializer {
    @Override
    public Operand<TFloat32> values(Ops tf, Shape shape, Randomness randomness, int site) {
      return Expr.of(tf, randomness.normal(tf, Randomness.Purpose.WEIGHTS, site, shape))
          .times(standardDeviation);
    }
  }
}
