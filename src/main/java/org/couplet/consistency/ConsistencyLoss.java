package org.couplet.consistency;

import java.util.List;
import java.util.Optional;
import org.couplet.graph.Arguments;
import org.couplet.graph.Expr;
import org.couplet.graph.MicroBatches;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The consistency loss (equations 4, 6 and 9): levels, noise, pairs, teacher, student, distance.
 *
 * @param function f
 * @param noise law of z
 * @param levels how a pair's levels are drawn
 * @param weighting of a pair
 * @param distance between teacher and student
 * @param coupling how a pair's points come about
 * @param denoiser applied to a score model's weights, for couplings that need one
 * @param averagedTeacher whether the teacher has the averaged weights, not those in training
 */
public record ConsistencyLoss(
    ConsistencyFunction function,
    NoiseLaw noise,
    LevelPairs levels,
    Weighting weighting,
    Distance distance,
    Coupling coupling,
    ConsistencyFunction denoiser,
    boolean averagedTeacher)
    implements Objective {
  /**
   * Pairs with their levels.
   *
   * @param points x_i and x_{i+1}
   * @param levels sigma_i and sigma_{i+1}
   */
  public record LevelledPair(Coupling.Pair points, Levels levels) {
    /** From x_i, x_{i+1}, sigma_i and sigma_{i+1}, in this order. */
    public static LevelledPair of(Arguments in) {
      return new LevelledPair(
          new Coupling.Pair(in.next(), in.next()),
          new Levels(in.next(TFloat64.class), in.next(TFloat64.class)));
    }

    /** In the order of {@link #of}. */
    public List<Operand<?>> operands() {
      return List.of(points.low(), points.high(), levels.low(), levels.high());
    }
  }

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

  @Override
  public List<Operand<?>> examples(Ops tf, Step step) {
    return pair(tf, step).operands();
  }

  @Override
  public Operand<TFloat32> loss(
      Ops tf, Weights online, Weights average, List<Operand<?>> examples, Dropout dropout) {
    LevelledPair pair = LevelledPair.of(new Arguments(examples));
    return compare(tf, online, average, pair, dropout).mean();
  }

  /** The pairs of a training step. */
  public LevelledPair pair(Ops tf, Step step) {
    Levels drawn = levels.draw(tf, step.numbers(), step.randomness(), step.rows());
    Operand<TFloat32> z = coupling.noise(tf, noise, step.randomness(), step.x().shape());
    return new LevelledPair(coupling.pair(tf, couplingInputs(tf, step, z, drawn)), drawn);
  }

  /** What the coupling is given for the independent pair (x, z) at {@code levels}. */
  public Coupling.Inputs couplingInputs(Ops tf, Step step, Operand<TFloat32> z, Levels drawn) {
    Optional<Coupling.Generator> scored =
        step.score().map(weights -> inParts(tf, "denoise_part", denoiser, weights, step));
    return new Coupling.Inputs(
        step.x(),
        z,
        drawn,
        function.process(),
        inParts(tf, "estimate_part", function, step.online(), step),
        inParts(tf, "estimate_part", function, step.average(), step),
        scored,
        step.noiseAssignment(),
        step.numbers().mu(),
        step.randomness());
  }

  /** A function with given weights and without dropout. */
  public static Coupling.Generator generator(
      Ops tf, ConsistencyFunction function, Weights weights) {
    return (points, sigma) -> function.apply(tf, weights, points, sigma, Dropout.none());
  }

  // Estimates no more rows at once than a part of the step has.
  private static Coupling.Generator inParts(
      Ops tf, String name, ConsistencyFunction function, Weights weights, Step step) {
    if (step.parts() == 1) {
      return generator(tf, function, weights);
    }
    return (points, sigma) ->
        new MicroBatches(name, step.rows() / step.parts())
            .map(
                tf,
                List.of(points, sigma),
                List.copyOf(weights.operands()),
                (ops, part) ->
                    generator(ops, function, weights.with(part.shared()))
                        .estimate(
                            part.rows().get(0).asOutput().expect(TFloat32.class),
                            part.rows().get(1).asOutput().expect(TFloat32.class)));
  }

  /** Compares teacher and student, with the same dropout masks. */
  public Comparison compare(
      Ops tf, Weights online, Weights average, LevelledPair pair, Dropout dropout) {
    Levels drawn = pair.levels();
    Operand<TFloat32> teacher =
        tf.stopGradient(
            function.apply(
                tf,
                averagedTeacher ? average : online,
                pair.points().low(),
                drawn.lowFloat(tf),
                dropout));
    Operand<TFloat32> student =
        function.apply(tf, online, pair.points().high(), drawn.highFloat(tf), dropout);
    Operand<TFloat32> distances = distance.between(tf, teacher, student);
    Operand<TFloat32> weight = weighting.weight(tf, drawn.low(), drawn.high());
    Operand<TFloat32> mean =
        tf.math.mean(Expr.of(tf, weight).times(distances), tf.constant(0)); // (6), (9)
    return new Comparison(teacher, student, distances, weight, mean);
  }
}
