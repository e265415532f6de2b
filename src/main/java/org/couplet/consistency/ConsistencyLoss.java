package org.couplet.consistency;

import org.couplet.graph.Dropout;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weights;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** The consistency loss (equations 6 and 9): levels, noise, pairs, teacher, student, distance. */
public record ConsistencyLoss(
    ConsistencyFunction function,
    ForwardProcess process,
    TimestepLaw law,
    Weighting weighting,
    Distance distance,
    Coupling coupling) {
  /**
   * The levels of a batch's pairs.
   *
   * @param low float64 [n], sigma_i
   * @param high float64 [n], sigma_{i+1}
   */
  public record Levels(Operand<TFloat64> low, Operand<TFloat64> high) {}

  /**
   * Teacher, student and what follows, one value a row.
   *
   * @param teacher [n, element...], without gradient
   * @param student [n, element...]
   * @param distance [n]
   * @param weight [n]
   * @param mean scalar, the loss: mean of weight times distance
   */
  public record Comparison(
      Operand<TFloat32> teacher,
      Operand<TFloat32> student,
      Operand<TFloat32> distance,
      Operand<TFloat32> weight,
      Operand<TFloat32> mean) {}

  /**
   * The loss of one training step.
   *
   * @param online the weights in training
   * @param average their moving average
   * @param x [n, element...], data in [-1, 1], in random order
   * @param sigmas float64 [m], the noise levels, of which the first {@code numLevels} count
   * @param numLevels int32 scalar
   * @param mu scalar, the mixing factor
   * @param randomness this step's
   */
  public Comparison loss(
      Ops tf,
      Weights online,
      Weights average,
      Operand<TFloat32> x,
      Operand<TFloat64> sigmas,
      Operand<TInt32> numLevels,
      Operand<TFloat32> mu,
      Randomness randomness) {
    int rows = (int) x.shape().get(0);
    Operand<TInt32> index = law.draw(tf, sigmas, numLevels, randomness, rows);
    Levels levels =
        new Levels(
            tf.gather(sigmas, index, tf.constant(0)),
            tf.gather(sigmas, tf.math.add(index, tf.constant(1)), tf.constant(0)));
    Operand<TFloat32> z = randomness.normal(tf, Randomness.Purpose.NOISE, 0, x.shape());
    Coupling.Ends ends =
        coupling.couple(tf, couplingInputs(tf, online, average, x, z, levels, mu, randomness));
    return compare(tf, online, ends, levels, Dropout.with(randomness));
  }

  /** What the coupling is given for the independent pair (x, z) at {@code levels}. */
  public Coupling.Inputs couplingInputs(
      Ops tf,
      Weights online,
      Weights average,
      Operand<TFloat32> x,
      Operand<TFloat32> z,
      Levels levels,
      Operand<TFloat32> mu,
      Randomness randomness) {
    return new Coupling.Inputs(
        x,
        z,
        tf.dtypes.cast(levels.low(), TFloat32.class),
        process,
        (points, sigma) -> function.apply(tf, online, points, sigma, Dropout.none()),
        (points, sigma) -> function.apply(tf, average, points, sigma, Dropout.none()),
        mu,
        randomness);
  }

  /** Compares teacher and student, the same weights and dropout masks, on pairs between ends. */
  public Comparison compare(
      Ops tf, Weights weights, Coupling.Ends ends, Levels levels, Dropout dropout) {
    Operand<TFloat32> low = tf.dtypes.cast(levels.low(), TFloat32.class);
    Operand<TFloat32> high = tf.dtypes.cast(levels.high(), TFloat32.class);
    Operand<TFloat32> xLow = process.point(tf, ends.x(), ends.z(), low);
    Operand<TFloat32> xHigh = process.point(tf, ends.x(), ends.z(), high);
    Operand<TFloat32> teacher = tf.stopGradient(function.apply(tf, weights, xLow, low, dropout));
    Operand<TFloat32> student = function.apply(tf, weights, xHigh, high, dropout);
    Operand<TFloat32> distances = distance.between(tf, teacher, student);
    Operand<TFloat32> weight = weighting.weight(tf, levels.low(), levels.high());
    Operand<TFloat32> mean = tf.math.mean(tf.math.mul(weight, distances), tf.constant(0));
    return new Comparison(teacher, student, distances, weight, mean);
  }
}
