package org.couplet.train;

import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.EmaConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GeneratorInducedCoupling;
import org.couplet.config.proto.LevelScheduleConfig;
import org.couplet.program.StepNumbers;
import org.couplet.schedule.ConstantLevelSchedule;
import org.couplet.schedule.EmaDecay;
import org.couplet.schedule.ExponentialLevelSchedule;
import org.couplet.schedule.KarrasLevels;
import org.couplet.schedule.LearningRate;
import org.couplet.schedule.LevelSchedule;
import org.couplet.schedule.MixingFactor;

/** The numbers of every step of an experiment. */
record Schedules(
    long seed,
    KarrasLevels levels,
    LevelSchedule count,
    int length,
    MixingFactor mu,
    LearningRate learningRate,
    EmaDecay emaDecay) {
  /**
   * Reads a resolved experiment.
   *
   * @param length of the program's {@code sigmas}
   */
  static Schedules of(Experiment experiment, int length) {
    ConsistencyConfig consistency = experiment.getConsistency();
    long steps = experiment.getRun().getSteps();
    EmaConfig ema = experiment.getEma();
    return new Schedules(
        experiment.getRun().getSeed(),
        new KarrasLevels(
            consistency.getSigmaMin(), consistency.getSigmaMax(), consistency.getRho()),
        levelSchedule(consistency.getLevels(), steps),
        length,
        mixingFactor(consistency, steps),
        new LearningRate(
            experiment.getOptimizer().getLearningRate(),
            experiment.getOptimizer().getWarmupSteps()),
        new EmaDecay(ema.getDecay(), ema.getEvery(), ema.getStartStep(), ema.getWarmup()));
  }

  /** The numbers of the step that follows {@code completed} steps. */
  StepNumbers at(long completed) {
    int numLevels = count.levels(completed);
    return new StepNumbers(
        seed,
        levels.padded(numLevels, length),
        numLevels,
        mu.at(completed),
        learningRate.at(completed),
        emaDecay.at(completed));
  }

  private static LevelSchedule levelSchedule(LevelScheduleConfig config, long steps) {
    return config.hasConstant()
        ? new ConstantLevelSchedule(config.getConstant().getCount())
        : new ExponentialLevelSchedule(
            config.getExponential().getS0(), config.getExponential().getS1(), steps);
  }

  private static MixingFactor mixingFactor(ConsistencyConfig consistency, long steps) {
    if (!consistency.getCoupling().hasGeneratorInduced()) {
      return new MixingFactor(0, 0, steps);
    }
    GeneratorInducedCoupling induced = consistency.getCoupling().getGeneratorInduced();
    return new MixingFactor(induced.getMu(), induced.getMuEnd(), steps);
  }
}
