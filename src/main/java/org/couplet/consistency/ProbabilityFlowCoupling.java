package org.couplet.consistency;

import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Pairs on the probability flow of a score model (consistency distillation, equations 4 and 5):
 * x_{i+1} = x + sigma_{i+1} z, and x_i one step of the solver below it.
 *
 * @param solver of the step
 */
public record ProbabilityFlowCoupling(ProbabilityFlow.Solver solver) implements Coupling {
  @Override
  public Pair pair(Ops tf, Inputs inputs) {
    Generator denoiser =
        inputs
            .denoiser()
            .orElseThrow(() -> new IllegalArgumentException("distillation without a score model"));
    Operand<TFloat32> high = inputs.levels().highFloat(tf);
    Operand<TFloat32> start = inputs.process().point(tf, inputs.x(), inputs.z(), high);
    // Equation (5), where the solver is Euler's.
    Operand<TFloat32> end =
        solver.step(tf, denoiser, start, high, inputs.levels().lowFloat(tf), inputs.labels());
    return new Pair(tf.stopGradient(end), start);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.SCORE);
  }

  @Override
  public double forwardPasses(double mu) {
    return solver == ProbabilityFlow.Solver.EULER ? 1 : 2;
  }
}
