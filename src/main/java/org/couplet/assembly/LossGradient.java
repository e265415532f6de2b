package org.couplet.assembly;

import java.util.ArrayList;
import java.util.List;
import org.couplet.consistency.Objective;
import org.couplet.graph.MicroBatches;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The loss of a step and its gradients.
 *
 * @param loss scalar
 * @param gradients in the order of the trainable weights
 */
record LossGradient(Operand<TFloat32> loss, List<Operand<TFloat32>> gradients) {
  /** By all rows at once, or part by part, as the step says. */
  static LossGradient of(Ops tf, Objective objective, Objective.Step step, List<Weight> trainable) {
    if (step.parts() > 1) {
      return accumulated(tf, objective, step, trainable);
    }
    Operand<TFloat32> loss = objective.loss(tf, step);
    return new LossGradient(loss, of(tf, loss, operands(step.online(), trainable)));
  }

  // The means over parts of equal size have the whole batch's mean as theirs.
  private static LossGradient accumulated(
      Ops tf, Objective objective, Objective.Step step, List<Weight> trainable) {
    List<Operand<?>> shared = new ArrayList<>(step.online().operands());
    int weights = shared.size();
    shared.addAll(step.average().operands());
    shared.addAll(step.randomness().operands());
    List<Shape> shapes = new ArrayList<>(List.of(Shape.scalar()));
    trainable.forEach(weight -> shapes.add(weight.shape()));
    List<Operand<TFloat32>> sums =
        new MicroBatches("gradient_part", step.rows() / step.parts())
            .sums(
                tf,
                objective.examples(tf, step),
                shared,
                shapes,
                (ops, part) -> {
                  List<Operand<?>> given = part.shared();
                  Weights online = step.online().with(given.subList(0, weights));
                  Weights average = step.average().with(given.subList(weights, 2 * weights));
                  Randomness whole =
                      step.randomness().with(given.subList(2 * weights, given.size()));
                  Operand<TInt64> first = ops.dtypes.cast(part.first(), TInt64.class);
                  Dropout dropout = Dropout.with(whole.fromRow(ops, first));
                  Operand<TFloat32> loss =
                      objective.loss(ops, online, average, part.rows(), dropout);
                  List<Operand<TFloat32>> terms = new ArrayList<>(List.of(loss));
                  terms.addAll(of(ops, loss, operands(online, trainable)));
                  return terms;
                });
    Operand<TFloat32> share = tf.constant(1f / step.parts());
    List<Operand<TFloat32>> means = new ArrayList<>();
    sums.forEach(sum -> means.add(tf.math.mul(sum, share)));
    return new LossGradient(means.get(0), means.subList(1, means.size()));
  }

  /** Gradients of a scalar. */
  static List<Operand<TFloat32>> of(
      Ops tf, Operand<TFloat32> loss, List<Operand<TFloat32>> variables) {
    var gradients = tf.gradients(loss, variables);
    List<Operand<TFloat32>> results = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      results.add(gradients.<TFloat32>dy(i));
    }
    return results;
  }

  private static List<Operand<TFloat32>> operands(Weights values, List<Weight> weights) {
    return weights.stream().map(weight -> values.get(weight.name())).toList();
  }
}
