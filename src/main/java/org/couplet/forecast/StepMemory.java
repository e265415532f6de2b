package org.couplet.forecast;

import org.couplet.assembly.StepCost;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig;

/**
 * A rough estimate of the memory of a training process, fitted to measured ones (it was within a
 * third of them): a base, the weights with their slots and gradients, and what a backward pass
 * remembers of each row.
 */
final class StepMemory {
  // The JVM, TensorFlow and its graph; what XLA needs to compile.
  private static final double BASE = 1.2e9;
  private static final double COMPILER = 0.9e9;
  // Gradients, and the copies that an update makes.
  private static final double COPIES_OF_STATE = 1.5;
  private static final double REMEMBERED = 1.5;
  private static final double REMEMBERED_BY_REMAT = 0.5;

  private StepMemory() {}

  /** Bytes of an experiment's training process, roughly. */
  static double bytes(Experiment experiment) {
    RuntimeConfig runtime = experiment.getRuntime();
    long rows = experiment.getRun().getBatchSize() / experiment.getOptimizer().getAccumulate();
    double valueBytes =
        runtime.getPrecision() == RuntimeConfig.Precision.BFLOAT16 ? 2 : Float.BYTES;
    double remembered = runtime.getRemat() ? REMEMBERED_BY_REMAT : REMEMBERED;
    return BASE
        + (runtime.getXla() == RuntimeConfig.Xla.OFF ? 0 : COMPILER)
        + COPIES_OF_STATE * Float.BYTES * TrainingAssembly.stateValues(experiment)
        + remembered * valueBytes * rows * StepCost.of(experiment, 0).activations();
  }
}
