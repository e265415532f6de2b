package org.couplet.assembly;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.ConsistencyLoss.LevelledPair;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.Levels;
import org.couplet.consistency.Objective;
import org.couplet.contract.Contract;
import org.couplet.graph.Arguments;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.model.Model;
import org.couplet.network.Labels;
import org.couplet.optimizer.GradientNorm;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * What is measured of a consistency model in training: its loss at any levels, and for the paper's
 * section 4.2 its pairs, its points under both couplings, the variance of its gradient.
 */
record Measurements(Ops tf, Model model, ConsistencyLoss loss) {
  /** The pairs of a step. */
  Map<String, Operand<?>> pairs(Objective.Step step) {
    LevelledPair pair = loss.pair(tf, step);
    return Map.of(
        Contract.LOW, pair.points().low(),
        Contract.HIGH, pair.points().high(),
        Contract.SIGMA_LOW, pair.levels().lowFloat(tf),
        Contract.SIGMA_HIGH, pair.levels().highFloat(tf));
  }

  /** The loss of a step, without dropout. */
  Operand<TFloat32> loss(Objective.Step step) {
    LevelledPair pair = loss.pair(tf, step);
    return loss.compare(tf, step.online(), step.average(), pair, Dropout.none()).mean();
  }

  /**
   * The independent points of a batch at one level, and those between the model's estimates and the
   * same noise.
   *
   * @param x [n, element...]
   * @param labels of its rows
   * @param z [n, element...]
   * @param sigma scalar
   */
  Map<String, Operand<?>> coupledPoints(
      Weights average,
      Operand<TFloat32> x,
      Labels labels,
      Operand<TFloat32> z,
      Operand<TFloat32> sigma) {
    Operand<TFloat32> levels = tf.fill(tf.constant(new long[] {x.shape().get(0)}), sigma);
    Operand<TFloat32> points = loss.function().process().point(tf, x, z, levels);
    Operand<TFloat32> estimate =
        ConsistencyLoss.generator(tf, loss.function(), average).estimate(points, levels, labels);
    return Map.of(
        Contract.DATA, tf.identity(x),
        Contract.NOISE, z,
        Contract.POINTS, points,
        Contract.X_HAT, estimate,
        Contract.INDUCED_POINTS, loss.function().process().point(tf, estimate, z, levels));
  }

  /**
   * Trace of the covariance of the rows' gradients, mean_i ||g_i||^2 - ||mean_i g_i||^2, without
   * dropout (figure 2). One backward pass a row.
   */
  Operand<TFloat32> gradientVariance(Objective.Step step) {
    LevelledPair pair = loss.pair(tf, step);
    List<Weight> weights = model.network().weights();
    List<Operand<TFloat32>> online = operands(weights, step.online());
    List<Operand<TFloat32>> average = operands(weights, step.average());
    List<Operand<TFloat32>> shared = new ArrayList<>(online);
    shared.addAll(average);
    List<Output<?>> squares = squaredNorm(weights).callForRows(tf, pair.operands(), shared);
    Operand<TFloat32> meanSquare =
        tf.math.mean(squares.get(0).expect(TFloat32.class), tf.constant(0));
    Operand<TFloat32> norm =
        GradientNorm.global(tf, gradients(tf, weights, step.online(), step.average(), pair));
    return tf.math.sub(meanSquare, tf.math.square(norm));
  }

  // ||g||^2 of one row: (x_i, x_{i+1}, sigma_i, sigma_{i+1}, online weights, averaged weights).
  private GraphFunction squaredNorm(List<Weight> weights) {
    List<GraphFunction.Argument> arguments = new ArrayList<>();
    arguments.add(new GraphFunction.Argument(TFloat32.class, model.element()));
    arguments.add(new GraphFunction.Argument(TFloat32.class, model.element()));
    arguments.add(new GraphFunction.Argument(TFloat64.class, Shape.scalar()));
    arguments.add(new GraphFunction.Argument(TFloat64.class, Shape.scalar()));
    if (model.network().labelDim() > 0) {
      arguments.add(new GraphFunction.Argument(TInt32.class, Shape.scalar()));
    }
    for (int set = 0; set < 2; set++) {
      weights.forEach(
          weight -> arguments.add(new GraphFunction.Argument(TFloat32.class, weight.shape())));
    }
    return GraphFunction.define(
        "row_gradient_squared_norm",
        arguments,
        (ops, in) -> {
          Arguments next = new Arguments(in);
          LevelledPair one = loss.pair(next);
          LevelledPair pair =
              new LevelledPair(
                  new Coupling.Pair(row(ops, one.points().low()), row(ops, one.points().high())),
                  new Levels(row(ops, one.levels().low()), row(ops, one.levels().high())),
                  one.labels()
                      .with(
                          one.labels().operands().stream().map(label -> row(ops, label)).toList()));
          Weights online = Weights.of(weights, next.next(weights.size()));
          Weights average = Weights.of(weights, next.rest());
          Operand<TFloat32> norm =
              GradientNorm.global(ops, gradients(ops, weights, online, average, pair));
          return List.of(ops.math.square(norm));
        });
  }

  private List<Operand<TFloat32>> gradients(
      Ops ops, List<Weight> weights, Weights online, Weights average, LevelledPair pair) {
    Operand<TFloat32> mean = loss.compare(ops, online, average, pair, Dropout.none()).mean();
    return LossGradient.of(
        ops, mean, operands(weights.stream().filter(Weight::trainable).toList(), online));
  }

  private static List<Operand<TFloat32>> operands(List<Weight> weights, Weights values) {
    return weights.stream().map(weight -> values.get(weight.name())).toList();
  }

  private static <T extends TType> Operand<T> row(Ops ops, Operand<T> element) {
    return ops.expandDims(element, ops.constant(0));
  }
}
