package org.couplet.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.graph.Arguments;
import org.couplet.graph.Expr;
import org.couplet.graph.MicroBatches;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.network.Labels;
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
   * @param labels of the pairs, if the network has classes
   */
  public record LevelledPair(Coupling.Pair points, Levels levels, Labels labels) {
    /** x_i, x_{i+1}, sigma_i, sigma_{i+1} and the labels, if any, in this order. */
    public List<Operand<?>> operands() {
      List<Operand<?>> operands =
          new ArrayList<>(List.of(points.low(), points.high(), levels.low(), levels.high()));
      operands.addAll(labels.operands());
      return operands;
    }
  }

  /** The pairs whose {@link LevelledPair#operands} come next. */
  public LevelledPair pair(Arguments in) {
    return new LevelledPair(
        new Coupling.Pair(in.next(), in.next()),
        new Levels(in.next(TFloat64.class), in.next(TFloat64.class)),
        function.labels(in));
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
    return compare(tf, online, average, pair(new Arguments(examples)), dropout).mean();
  }

  /** The pairs of a training step. */
  public LevelledPair pair(Ops tf, Step step) {
    Levels drawn = levels.draw(tf, step.numbers(), step.randomness(), step.rows());
    Operand<TFloat32> z = coupling.noise(tf, noise, step.randomness(), step.x().shape());
    Coupling.Pair points = coupling.pair(tf, couplingInputs(tf, step, z, drawn));
    return new LevelledPair(points, drawn, step.labels());
  }

  /** What the coupling is given for the independent pair (x, z) at {@code levels}. */
  public Coupling.Inputs couplingInputs(Ops tf, Step step, Operand<TFloat32> z, Levels drawn) {
    Optional<Coupling.Generator> scored =
        step.score().map(weights -> inParts(tf, "denoise_part", denoiser, weights, step));
    return new Coupling.Inputs(
        step.x(),
        step.labels(),
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
    return (points, sigma, labels) ->
        function.apply(tf, weights, points, sigma, labels, Dropout.none());
  }

  // Estimates no more rows at once than a part of the step has.
  private static Coupling.Generator inParts(
      Ops tf, String name, ConsistencyFunction function, Weights weights, Step step) {
    if (step.parts() == 1) {
      return generator(tf, function, weights);
    }
    return (points, sigma, labels) -> {
      List<Operand<?>> rows = new ArrayList<>(List.of(points, sigma));
      rows.addAll(labels.operands());
      return new MicroBatches(name, step.rows() / step.parts())
          .map(
              tf,
              rows,
              List.copyOf(weights.operands()),
              (ops, part) ->
                  generator(ops, function, weights.with(part.shared()))
                      .estimate(
                          part.rows().get(0).asOutput().expect(TFloat32.class),
                          part.rows().get(1).asOutput().expect(TFloat32.class),
                          labels.with(part.rows().subList(2, part.rows().size()))));
    };
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
                pair.labels(),
                dropout));
    Operand<TFloat32> student =
        function.apply(
            tf, online, pair.points().high(), drawn.highFloat(tf), pair.labels(), dropout);
    Operand<TFloat32> distances = distance.between(tf, teacher, student);
    Operand<TFloat32> weight = weighting.weight(tf, drawn.low(), drawn.high());
    Operand<TFloat32> mean =
        tf.math.mean(Expr.of(tf, weight).times(distances), tf.constant(0)); // (6), (9)
    return new Comparison(teacher, student, distances, weight, mean);
  }
}
