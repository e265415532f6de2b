package org.couplet.consistency;

import java.util.Optional;
import java.util.Set;
import org.couplet.graph.Randomness;
import org.couplet.network.Labels;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** How the points of a training pair come about: from which data, which noise, by which path. */
public sealed interface Coupling
    permits IndependentCoupling,
        GeneratorInducedCoupling,
        BatchTransportCoupling,
        ProbabilityFlowCoupling {
  /**
   * Training pairs.
   *
   * @param low [n, element...], x_i
   * @param high [n, element...], x_{i+1}
   */
  record Pair(Operand<TFloat32> low, Operand<TFloat32> high) {}

  /** A model that estimates the data behind points: (points, levels, labels) -&gt; x_hat. */
  @FunctionalInterface
  interface Generator {
    /**
     * The estimate.
     *
     * @param points [n, element...]
     * @param sigma [n]
     * @param labels of the points, if the model has classes
     */
    Operand<TFloat32> estimate(Operand<TFloat32> points, Operand<TFloat32> sigma, Labels labels);
  }

  /**
   * What a coupling may use.
   *
   * @param x [n, element...], a batch of data in random order
   * @param labels of its rows
   * @param z [n, element...], what {@link #noise} drew
   * @param levels of the rows
   * @param process makes points
   * @param online f with the weights in training
   * @param average f with their moving average
   * @param denoiser D of a score model, where there is one
   * @param noiseAssignment int32 [n], the noise row of each data row, where the driver chose them
   * @param mu scalar, the mixing factor of this step
   * @param randomness this step's
   */
  record Inputs(
      Operand<TFloat32> x,
      Labels labels,
      Operand<TFloat32> z,
      Levels levels,
      ForwardProcess process,
      Generator online,
      Generator average,
      Optional<Generator> denoiser,
      Optional<Operand<TInt32>> noiseAssignment,
      Operand<TFloat32> mu,
      Randomness randomness) {
    /** The generator with the EMA or the online weights. */
    Generator generator(boolean averaged) {
      return averaged ? average : online;
    }

    /** The pairs on the paths between two ends, equations (6) and (8). */
    Pair between(Ops tf, Operand<TFloat32> dataEnd, Operand<TFloat32> noiseEnd) {
      return new Pair(
          process.point(tf, dataEnd, noiseEnd, levels.lowFloat(tf)),
          process.point(tf, dataEnd, noiseEnd, levels.highFloat(tf)));
    }
  }

  /** What a coupling needs besides data, noise and the model. */
  enum Need {
    /** The noise row of each data row, chosen by the driver from their distances. */
    NOISE_ASSIGNMENT,
    /** A trained score model. */
    SCORE
  }

  /** Makes a batch's pairs. No gradient flows through them. */
  Pair pair(Ops tf, Inputs inputs);

  /**
   * The noise rows that a batch's rows get theirs from.
   *
   * @param shape of this worker's batch, [n, element...]
   * @return [n, element...], or more rows where the coupling chooses among those of all workers
   */
  default Operand<TFloat32> noise(Ops tf, NoiseLaw law, Randomness randomness, Shape shape) {
    return law.draw(tf, randomness, shape);
  }

  /** What it needs; nothing by default. */
  default Set<Need> needs() {
    return Set.of();
  }

  /**
   * How many forward passes of the network a row's pair costs on average.
   *
   * @param mu mixing factor of the step, in [0, 1]
   */
  double forwardPasses(double mu);
}
