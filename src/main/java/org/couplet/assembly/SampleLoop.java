package org.couplet.assembly;

import java.util.ArrayList;
import java.util.List;
import org.couplet.consistency.ConsistencyFunction;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.DenoisingLoss;
import org.couplet.consistency.ProbabilityFlow;
import org.couplet.contract.Contract;
import org.couplet.graph.Expr;
import org.couplet.graph.Loop;
import org.couplet.graph.Randomness;
import org.couplet.graph.Slices;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.model.Model;
import org.couplet.network.Labels;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Whole samples in the graph: some rows at a time, each through all levels. What a driver does that
 * calls {@code noise}, {@code generate} and {@code refine}, or Heun's solver, in turn.
 */
record SampleLoop(Model model, ConsistencyFunction function) {
  private static final int ROWS = Contract.SAMPLES_AT_ONCE;

  /** Rows of one seed, with the weights and levels that make samples of them. */
  private record Rows(
      Weights weights,
      Operand<TInt64> seed,
      Operand<TInt64> first,
      Operand<TInt64> count,
      Operand<TFloat32> sigmas,
      Labels labels) {
    /** For a loop's rounds, which are in graphs of their own. */
    List<Operand<?>> operands() {
      List<Operand<?>> operands = new ArrayList<>(List.of(seed, first, count, sigmas));
      operands.addAll(labels.operands());
      operands.addAll(weights.operands());
      return operands;
    }

    Rows with(List<? extends Operand<?>> operands) {
      int end = 4 + labels.operands().size();
      return new Rows(
          weights.with(operands.subList(end, operands.size())),
          operands.get(0).asOutput().expect(TInt64.class),
          operands.get(1).asOutput().expect(TInt64.class),
          operands.get(2).asOutput().expect(TInt64.class),
          operands.get(3).asOutput().expect(TFloat32.class),
          labels.with(operands.subList(4, end)));
    }

    Rows part(Ops tf, Operand<TInt64> from, Operand<TInt64> rows) {
      Operand<TInt64> places = tf.range(from, tf.math.add(from, rows), tf.constant(1L));
      Labels some = labels.at(tf, tf.dtypes.cast(places, TInt32.class));
      return new Rows(weights, seed, from, rows, sigmas, some);
    }

    Rows until(Operand<TFloat32> ends) {
      return new Rows(weights, seed, first, count, ends, labels);
    }

    Operand<TFloat32> sigma(Ops tf, Operand<TInt32> index) {
      return tf.gather(sigmas, index, tf.constant(0));
    }

    Operand<TFloat32> everywhere(Ops tf, Operand<TFloat32> sigma) {
      return tf.fill(tf.reshape(count, tf.constant(new long[] {1})), sigma);
    }
  }

  /**
   * Rows 0 to {@code count - 1} of a seed.
   *
   * @param seed int64 scalar
   * @param count int64 scalar
   * @param sigmas [steps], levels from sigma_max down; none stand for sigma_max alone
   * @param labels of the rows, if the model has classes
   * @return [count, element...]
   */
  Operand<TFloat32> run(
      Ops tf,
      Weights weights,
      Operand<TInt64> seed,
      Operand<TInt64> count,
      Operand<TFloat32> sigmas,
      Labels labels) {
    Rows all = new Rows(weights, seed, tf.constant(0L), count, atLeastOne(tf, sigmas), labels);
    Operand<TInt64> parts =
        tf.math.floorDiv(tf.math.add(count, tf.constant(ROWS - 1L)), tf.constant((long) ROWS));
    return new Loop("sample_rows")
        .run(
            tf,
            tf.dtypes.cast(parts, TInt32.class),
            List.of(empty(tf, count)),
            all.operands(),
            (ops, part, done, given) -> List.of(withPart(ops, part, done.get(0), all.with(given))))
        .get(0);
  }

  private Operand<TFloat32> atLeastOne(Ops tf, Operand<TFloat32> sigmas) {
    Operand<TFloat32> top = tf.constant(new float[] {(float) model.range().sigmaMax()});
    Operand<TInt32> steps = tf.math.maximum(Slices.size(tf, sigmas, 0), tf.constant(new int[] {1}));
    return tf.slice(
        tf.concat(List.of(sigmas, top), tf.constant(0)), tf.constant(new int[] {0}), steps);
  }

  private Operand<TFloat32> empty(Ops tf, Operand<TInt64> count) {
    List<Operand<TInt64>> sizes = new ArrayList<>(List.of(count));
    for (long size : model.element().asArray()) {
      sizes.add(tf.constant(size));
    }
    return tf.fill(tf.stack(sizes), tf.constant(0f));
  }

  private Operand<TFloat32> withPart(
      Ops tf, Operand<TInt32> part, Operand<TFloat32> done, Rows all) {
    Operand<TInt64> first =
        tf.math.mul(tf.dtypes.cast(part, TInt64.class), tf.constant((long) ROWS));
    Operand<TInt64> count =
        tf.math.minimum(tf.constant((long) ROWS), tf.math.sub(all.count(), first));
    Rows rows = all.part(tf, first, count);
    Operand<TInt64> indices = tf.range(first, tf.math.add(first, count), tf.constant(1L));
    return tf.tensorScatterNdUpdate(
        done, tf.expandDims(indices, tf.constant(1)), samples(tf, rows)); // [count, element...]
  }

  private Operand<TFloat32> samples(Ops tf, Rows rows) {
    return model.objective() instanceof DenoisingLoss ? alongFlow(tf, rows) : byEstimates(tf, rows);
  }

  private Operand<TFloat32> byEstimates(Ops tf, Rows rows) {
    Operand<TFloat32> top = rows.everywhere(tf, rows.sigma(tf, tf.constant(0)));
    Operand<TFloat32> start = function.process().start(tf, noise(tf, rows, tf.constant(0)), top);
    Operand<TFloat32> estimate = estimate(tf, rows, start, top);
    Operand<TInt32> further = tf.math.sub(steps(tf, rows), tf.constant(1));
    return new Loop("sample_refine")
        .run(
            tf,
            further,
            List.of(estimate),
            rows.operands(),
            (ops, round, before, given) ->
                List.of(
                    refined(
                        ops,
                        ops.math.add(round, ops.constant(1)),
                        before.get(0),
                        rows.with(given))))
        .get(0);
  }

  private Operand<TFloat32> refined(
      Ops tf, Operand<TInt32> draw, Operand<TFloat32> before, Rows rows) {
    Operand<TFloat32> sigma = rows.everywhere(tf, rows.sigma(tf, draw));
    Operand<TFloat32> point =
        function
            .process()
            .renoise(tf, before, noise(tf, rows, draw), sigma, model.range().sigmaMin());
    return estimate(tf, rows, point, sigma);
  }

  private Operand<TFloat32> estimate(
      Ops tf, Rows rows, Operand<TFloat32> point, Operand<TFloat32> sigma) {
    return function.apply(tf, rows.weights(), point, sigma, rows.labels(), Dropout.none());
  }

  private Operand<TFloat32> alongFlow(Ops tf, Rows rows) {
    Operand<TFloat32> start =
        Expr.of(tf, noise(tf, rows, tf.constant(0))).times(rows.sigma(tf, tf.constant(0)));
    // The last step goes to 0.
    Operand<TFloat32> ends =
        tf.concat(List.of(rows.sigmas(), tf.constant(new float[] {0})), tf.constant(0));
    Rows down = rows.until(ends);
    return new Loop("sample_flow")
        .run(
            tf,
            steps(tf, rows),
            List.of(start),
            down.operands(),
            (ops, step, before, given) ->
                List.of(flowed(ops, step, before.get(0), down.with(given))))
        .get(0);
  }

  private Operand<TFloat32> flowed(
      Ops tf, Operand<TInt32> step, Operand<TFloat32> before, Rows rows) {
    return ProbabilityFlow.Solver.HEUN.step(
        tf,
        ConsistencyLoss.generator(tf, function, rows.weights()),
        before,
        rows.everywhere(tf, rows.sigma(tf, step)),
        rows.everywhere(tf, rows.sigma(tf, tf.math.add(step, tf.constant(1)))),
        rows.labels());
  }

  private Operand<TFloat32> noise(Ops tf, Rows rows, Operand<TInt32> draw) {
    return model
        .objective()
        .noise()
        .rows(
            tf,
            new Randomness(rows.seed(), tf.dtypes.cast(draw, TInt64.class)),
            rows.first(),
            rows.count(),
            model.element());
  }

  private static Operand<TInt32> steps(Ops tf, Rows rows) {
    return tf.reshape(Slices.size(tf, rows.sigmas(), 0), tf.constant(new int[0]));
  }
}
