package org.couplet.pairing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.couplet.config.proto.BatchTransportCouplingConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.data.KeyedRandom;
import org.couplet.transport.ExactAssignment;
import org.couplet.transport.SinkhornPlan;

/**
 * Which noise row each data row of a batch gets under batch-OT.
 *
 * @param solver exact assignment, or draws from a Sinkhorn plan
 * @param seed of the run
 */
public record NoiseChoice(BatchTransportCouplingConfig solver, long seed) {
  /** What an experiment asks for; not asked where its coupling is another one. */
  public static NoiseChoice of(Experiment experiment) {
    return new NoiseChoice(
        experiment.getConsistency().getCoupling().getBatchOt(), experiment.getRun().getSeed());
  }

  /**
   * The noise row of each data row, a function of its arguments alone.
   *
   * @param costs [n * n], squared distances, data by noise
   * @param rows n
   * @param step completed steps
   */
  int[] noiseAssignment(float[] costs, int rows, long step) {
    return switch (solver.getSolverCase()) {
      case EXACT -> ExactAssignment.solve(costs, rows);
      case SINKHORN -> {
        var sinkhorn = solver.getSinkhorn();
        SinkhornPlan plan =
            SinkhornPlan.solve(costs, rows, sinkhorn.getRegularization(), sinkhorn.getIterations());
        yield plan.draw(uniforms(rows, step));
      }
      case SOLVER_NOT_SET -> throw new IllegalArgumentException("batch_ot is not resolved");
    };
  }

  /** Steps whose batches are paired together. */
  int pool() {
    return solver.getPool();
  }

  /**
   * The place of each data row, one whose noise is near, among those of rows of its class.
   *
   * @param costs [n * n], squared distances, data by places
   * @param labels of the rows; none where they have no classes
   * @return a permutation
   */
  static int[] places(float[] costs, int[] labels) {
    int rows = (int) Math.round(Math.sqrt(costs.length));
    Map<Integer, List<Integer>> classes = new TreeMap<>();
    for (int row = 0; row < rows; row++) {
      int label = labels.length == 0 ? 0 : labels[row];
      classes.computeIfAbsent(label, unused -> new ArrayList<>()).add(row);
    }
    int[] places = new int[rows];
    for (List<Integer> own : classes.values()) {
      int size = own.size();
      float[] ownCosts = new float[size * size];
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          ownCosts[i * size + j] = costs[own.get(i) * rows + own.get(j)];
        }
      }
      int[] chosen = ExactAssignment.solve(ownCosts, size);
      for (int i = 0; i < size; i++) {
        places[own.get(i)] = own.get(chosen[i]);
      }
    }
    return places;
  }

  private double[] uniforms(int rows, long step) {
    // Streams from 0 on shuffle the epochs.
    KeyedRandom random = new KeyedRandom(seed, Long.MIN_VALUE + step);
    double[] uniforms = new double[rows];
    Arrays.setAll(uniforms, row -> random.nextDouble());
    return uniforms;
  }
}
