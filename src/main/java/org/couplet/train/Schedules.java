package org.couplet.train;

import java.util.Optional;
import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.EmaConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GeneratorInducedCouplingConfig;
import org.couplet.config.proto.LevelScheduleConfig;
import org.couplet.config.proto.ScoreConfig;
import org.couplet.program.ScheduledValues;
import org.couplet.schedule.ConstantLevelSchedule;
import org.couplet.schedule.EmaDecay;
import org.couplet.schedule.ExponentialLevelSchedule;
import org.couplet.schedule.KarrasLevels;
import org.couplet.schedule.LearningRate;
import org.couplet.schedule.LevelSchedule;
import org.couplet.schedule.MixingFactor;
import org.couplet.schedule.SquareRootLevelSchedule;
import org.couplet.schedule.TuningGap;

/** The numbers of every step of an experiment. */
public record Schedules(
    long seed,
    long steps,
    KarrasLevels levels,
    LevelSchedule count,
    int length,
    MixingFactor mu,
    Optional<TuningGap> gap,
    LearningRate learningRate,
    EmaDecay emaDecay) {
  // What is fed where nothing reads it.
  private static final LevelSchedule UNUSED_LEVELS = new ConstantLevelSchedule(2);
  private static final double UNUSED_GAP = 1;

  /**
   * Reads a resolved experiment.
   *
   * @param length of the program's {@code sigmas}
   */
  public static Schedules of(Experiment experiment, int length) {
    ConsistencyConfig consistency = experiment.getConsistency();
    long steps = experiment.getRun().getSteps();
    EmaConfig ema = experiment.getEma();
    return new Schedules(
        experiment.getRun().getSeed(),
        steps,
        levels(experiment),
        experiment.hasConsistency() ? levelSchedule(consistency.getLevels(), steps) : UNUSED_LEVELS,
        length,
        mixingFactor(consistency, steps),
        tuningGap(consistency.getLevels(), steps),
        new LearningRate(
            experiment.getOptimizer().getLearningRate(),
            experiment.getOptimizer().getWarmupSteps()),
        new EmaDecay(ema.getDecay(), ema.getEvery(), ema.getStartStep(), ema.getWarmup()));
  }

  /**
   * The numbers of the step that follows {@code completed} steps. After the last step that the
   * experiment plans, what spans the run stays as it is there.
   */
  public ScheduledValues at(long completed) {
    long planned = Math.min(completed, steps - 1);
    int numLevels = count.levels(planned);
    return new ScheduledValues(
        seed,
        levels.padded(numLevels, length),
        numLevels,
        mu.at(planned),
        gap.map(tightening -> tightening.at(planned)).orElse(UNUSED_GAP),
        learningRate.at(completed),
        emaDecay.at(completed));
  }

  private static KarrasLevels levels(Experiment experiment) {
    if (experiment.hasScore()) {
      ScoreConfig score = experiment.getScore();
      return new KarrasLevels(score.getSigmaMin(), score.getSigmaMax(), score.getRho());
    }
    ConsistencyConfig consistency = experiment.getConsistency();
    return new KarrasLevels(
        consistency.getSigmaMin(), consistency.getSigmaMax(), consistency.getRho());
  }

  private static LevelSchedule levelSchedule(LevelScheduleConfig config, long steps) {
    return switch (config.getScheduleCase()) {
      case EXPONENTIAL ->
          new ExponentialLevelSchedule(
              config.getExponential().getS0(), config.getExponential().getS1(), steps);
      case SQUARE_ROOT ->
          new SquareRootLevelSchedule(
              config.getSquareRoot().getS0(), config.getSquareRoot().getS1(), steps);
      case CONSTANT -> new ConstantLevelSchedule(config.getConstant().getCount());
      case TUNING -> UNUSED_LEVELS;
      case SCHEDULE_NOT_SET ->
          throw new IllegalArgumentException("consistency.levels is not resolved");
    };
  }

  private static Optional<TuningGap> tuningGap(LevelScheduleConfig config, long steps) {
    return config.hasTuning()
        ? Optional.of(
            new TuningGap(config.getTuning().getQ(), config.getTuning().getStages(), steps))
        : Optional.empty();
  }

  private static MixingFactor mixingFactor(ConsistencyConfig consistency, long steps) {
    if (!consistency.getCoupling().hasGeneratorInduced()) {
      return new MixingFactor(0, 0, steps);
    }
    GeneratorInducedCouplingConfig induced = consistency.getCoupling().getGeneratorInduced();
    return new MixingFactor(induced.getMu(), induced.getMuEnd(), steps);
  }
}
