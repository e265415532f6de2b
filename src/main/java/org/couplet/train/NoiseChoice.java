package org.couplet.train;

import java.util.Arrays;
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
  static NoiseChoice of(Experiment experiment) {
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

  private double[] uniforms(int rows, long step) {
    // Streams from 0 on shuffle the epochs.
    KeyedRandom random = new KeyedRandom(seed, Long.MIN_VALUE + step);
    double[] uniforms = new double[rows];
    Arrays.setAll(uniforms, row -> random.nextDouble());
    return uniforms;
  }
}
