package org.couplet.config;

import org.couplet.config.proto.BatchTransportCouplingConfig;
import org.couplet.config.proto.BridgeConfig;
import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.CouplingConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ExponentialLevelsConfig;
import org.couplet.config.proto.ForwardProcessConfig;
import org.couplet.config.proto.GeneratorInducedCouplingConfig;
import org.couplet.config.proto.SquareRootLevelsConfig;
import org.couplet.config.proto.TuningLevelsConfig;

/** What a resolved objective must keep: a consistency model's, or a score model's. */
final class ObjectiveRules {
  // A pair's levels must differ in single precision.
  private static final double MOST_TIGHTENING = 1e6;
  // A square of distances must fit an array.
  private static final int MOST_PAIRED_ROWS = 16_384;
  // Their distances are computed and kept twice: 512 MB.
  private static final int MOST_POOLED_ROWS = 8_192;
  // Kept twice as bytes, of points four to a value.
  private static final long MOST_POOLED_VALUES = 200_000_000;

  private final Experiment experiment;
  private final Origins origins;

  ObjectiveRules(Experiment experiment, Origins origins) {
    this.experiment = experiment;
    this.origins = origins;
  }

  /** The first breach is one line. */
  void check() {
    if (experiment.hasScore()) {
      range("score.", experiment.getScore().getSigmaMin(), experiment.getScore().getSigmaMax());
      if (experiment.getEvaluation().getGradientVarianceEvery() > 0) {
        throw origins.problem(
            "evaluation.gradient_variance_every", "is for consistency models. Remove it", "score");
      }
      return;
    }
    ConsistencyConfig consistency = experiment.getConsistency();
    range("consistency.", consistency.getSigmaMin(), consistency.getSigmaMax());
    levels(consistency);
    process(consistency.getProcess());
    noise(consistency);
    coupling(consistency.getCoupling());
  }

  private void process(ForwardProcessConfig process) {
    double highest = experiment.getConsistency().getSigmaMax();
    if (process.getBridge().getAlpha() == BridgeConfig.Alpha.SIGMA && highest > 1) {
      throw origins.problem(
          "consistency.process.bridge.alpha",
          "SIGMA requires sigma_max <= 1, but it is "
              + NumberRules.plain(highest)
              + ". Lower it to 1, or use SIGNAL_TO_NOISE",
          "consistency.sigma_max");
    }
  }

  private void noise(ConsistencyConfig consistency) {
    if (consistency.getNoise().hasTwoGaussians() && !experiment.getDataset().hasGaussians()) {
      throw origins.problem(
          "consistency.noise.two_gaussians",
          "noise in the plane, but the data are images. Use normal",
          "dataset");
    }
  }

  private void coupling(CouplingConfig coupling) {
    if (coupling.hasGeneratorInduced()) {
      chosenRows(coupling.getGeneratorInduced());
      removedNoise(coupling.getGeneratorInduced());
    }
    if (coupling.hasBatchOt() && experiment.getRun().getBatchSize() > MOST_PAIRED_ROWS) {
      throw origins.problem(
          "consistency.coupling.batch_ot",
          "pairs at most " + MOST_PAIRED_ROWS + " rows. Lower run.batch_size",
          "run.batch_size");
    }
    pool(coupling.getBatchOt());
    if (coupling.hasPfOde()) {
      distillation(coupling);
    }
  }

  // Of a point in the plane half its error is along z: its part of the noise can't be told.
  private void removedNoise(GeneratorInducedCouplingConfig coupling) {
    if (coupling.getRemoveNoise() && experiment.getDataset().hasGaussians()) {
      throw origins.problem(
          "consistency.coupling.generator_induced.remove_noise",
          "is for images; of points it would remove half of x_hat's error. Remove it",
          "dataset");
    }
  }

  private void pool(BatchTransportCouplingConfig coupling) {
    String path = "consistency.coupling.batch_ot.pool";
    if (coupling.getPool() > 1 && coupling.hasSinkhorn()) {
      throw origins.problem(
          path,
          "a pool needs each noise row for one data row. Use exact {}, or a pool of 1",
          "consistency.coupling.batch_ot.sinkhorn");
    }
    long rows = (long) coupling.getPool() * experiment.getRun().getBatchSize();
    long values = rows * ElementShape.of(experiment.getDataset()).size();
    if (coupling.getPool() > 1 && values > MOST_POOLED_VALUES) {
      throw origins.problem(
          path,
          "%d steps of %d rows (run.batch_size) of this size don't fit into memory. Lower it"
              .formatted(coupling.getPool(), experiment.getRun().getBatchSize()),
          "run.batch_size");
    }
    if (coupling.getPool() > 1 && rows > MOST_POOLED_ROWS) {
      throw origins.problem(
          path,
          "%d steps of %d rows (run.batch_size) are %d rows, more than %d. Lower it"
              .formatted(
                  coupling.getPool(), experiment.getRun().getBatchSize(), rows, MOST_POOLED_ROWS),
          "run.batch_size");
    }
  }

  private void distillation(CouplingConfig coupling) {
    ConsistencyConfig consistency = experiment.getConsistency();
    if (coupling.getPfOde().getRun().isBlank()) {
      throw origins.problem(
          "consistency.coupling.pf_ode.run", "missing. Name the folder of a score model's run");
    }
    if (!consistency.getProcess().hasVarianceExploding() || !consistency.getNoise().hasNormal()) {
      throw origins.problem(
          "consistency.coupling.pf_ode",
          "a score model's flow is that of variance_exploding with normal noise. Use these",
          "consistency.process",
          "consistency.noise");
    }
  }

  private void range(String objective, double sigmaMin, double sigmaMax) {
    if (sigmaMin >= sigmaMax) {
      throw origins.problem(
          objective + "sigma_min",
          NumberRules.plain(sigmaMin)
              + " is not below sigma_max ("
              + NumberRules.plain(sigmaMax)
              + "). Lower it or raise sigma_max",
          objective + "sigma_max");
    }
  }

  private void levels(ConsistencyConfig consistency) {
    ExponentialLevelsConfig exponential = consistency.getLevels().getExponential();
    rising("exponential", exponential.getS0(), exponential.getS1());
    SquareRootLevelsConfig squareRoot = consistency.getLevels().getSquareRoot();
    rising("square_root", squareRoot.getS0(), squareRoot.getS1());
    tuning(consistency);
  }

  private void rising(String schedule, int s0, int s1) {
    if (s1 < s0) {
      String path = "consistency.levels." + schedule + ".";
      throw origins.problem(
          path + "s1", s1 + " is below s0 (" + s0 + "). Raise it or lower s0", path + "s0");
    }
  }

  private void tuning(ConsistencyConfig consistency) {
    TuningLevelsConfig tuning = consistency.getLevels().getTuning();
    if (Math.pow(tuning.getQ(), tuning.getStages()) > MOST_TIGHTENING) {
      throw origins.problem(
          "consistency.levels.tuning.stages",
          String.format(
              "%d stages of q (%s) leave less than a millionth of a level between two."
                  + " Lower it or q",
              tuning.getStages(), NumberRules.plain(tuning.getQ())),
          "consistency.levels.tuning.q");
    }
    if (consistency.getLevels().hasTuning() && consistency.getTimestepLaw().hasUniform()) {
      throw origins.problem(
          "consistency.timestep_law.uniform",
          "tuning draws its levels from the lognormal law. Use lognormal, or other levels",
          "consistency.levels.tuning");
    }
  }

  /** A mixing factor that chooses no row of any batch would silently train another method. */
  private void chosenRows(GeneratorInducedCouplingConfig coupling) {
    boolean rising = coupling.getMuEnd() > coupling.getMu();
    double largest = rising ? coupling.getMuEnd() : coupling.getMu();
    int batch = experiment.getRun().getBatchSize();
    boolean chosen = coupling.getRows() == GeneratorInducedCouplingConfig.Rows.CHOSEN;
    if (chosen && batch == 1 && largest >= 0.5 && largest < 1) {
      String path = "consistency.coupling.generator_induced.";
      throw origins.problem(
          path + (rising ? "mu_end" : "mu"),
          NumberRules.plain(largest)
              + " of 1 row (run.batch_size) rounds to all: that is mu 1. Use a larger batch, or"
              + " rows: BERNOULLI",
          "run.batch_size",
          path + "rows");
    }
    if (chosen && largest > 0 && Math.round(largest * batch) == 0) {
      String path = "consistency.coupling.generator_induced.";
      throw origins.problem(
          path + (rising ? "mu_end" : "mu"),
          String.format(
              "%s of %d rows (run.batch_size) rounds to none. Use a larger batch, or rows: BERNOULLI",
              NumberRules.plain(largest), batch),
          "run.batch_size",
          path + "rows");
    }
  }
}
