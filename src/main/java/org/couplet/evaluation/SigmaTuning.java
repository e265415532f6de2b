package org.couplet.evaluation;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeatureCollector;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.Fid;
import org.couplet.metric.FrechetDistance;
import org.couplet.metric.SampleBatches;
import org.couplet.sampling.LevelSearch;
import org.couplet.sampling.SampleLevels;
import org.couplet.schedule.FewStepLevels;

/**
 * Searches the noise levels at which a consistency model's samples have the least Frechet distance
 * to a reference. Every trial draws the same few samples, so that trials can be compared with each
 * other; the distance itself is larger than that of many samples.
 */
final class SigmaTuning {
  /** How many samples a trial draws if the user names no number. */
  static final long USUAL_COUNT = 1000;

  private static final int LEAST_STEPS = 2;
  private static final int MOST_STEPS = 4;

  private final FidPass pass;
  private final FidModel model;
  private final FrechetDistance toReference;

  private SigmaTuning(FidPass pass, FidModel model, FrechetDistance toReference) {
    this.pass = pass;
    this.model = model;
    this.toReference = toReference;
  }

  /** Requires a model whose levels can be tuned. */
  static void check(FidSource generated) {
    if (!(generated instanceof FidModel model) || model.sampler().followsFlow()) {
      throw new InvalidInputException(
          "--tune-sigmas: is for consistency models; give a run or an export of one as --"
              + FidSource.GENERATED);
    }
  }

  /** The number of steps to tune, from the option that was given. */
  static int steps(int asked) {
    if (asked < LEAST_STEPS || asked > MOST_STEPS) {
      throw new InvalidInputException(
          "--steps: '%d' is not a whole number from %d to %d, as --tune-sigmas takes"
              .formatted(asked, LEAST_STEPS, MOST_STEPS));
    }
    return asked;
  }

  /**
   * Levels and the distance of the samples drawn there.
   *
   * @param sigmas falling from sigma_max
   */
  record Trial(List<Double> sigmas, double distance) {}

  /**
   * What was found.
   *
   * @param best the levels with the least distance
   * @param usual the levels that are taken without a search
   * @param oneStep sigma_max alone
   * @param count samples of each trial
   * @param seed of their noise
   */
  record Result(Trial best, Trial usual, Trial oneStep, long count, long seed) {
    /** The same by names. */
    Map<String, Object> numbers() {
      Map<String, Object> numbers = new LinkedHashMap<>();
      numbers.put("sigmas", best.sigmas());
      numbers.put("distance", best.distance());
      numbers.put("usual_sigmas", usual.sigmas());
      numbers.put("usual_distance", usual.distance());
      numbers.put("one_step_distance", oneStep.distance());
      numbers.put("count", count);
      numbers.put("seed", seed);
      return numbers;
    }
  }

  /**
   * Searches, and reports each trial.
   *
   * @param generated as {@link #check} accepts it
   * @param reference measured
   */
  static Result run(FidPass pass, FidSource generated, FidSource.Side reference, int steps)
      throws IOException {
    FrechetDistance toReference = FrechetDistance.to(reference.features().fit());
    return new SigmaTuning(pass, (FidModel) generated, toReference).run(steps);
  }

  private Result run(int steps) throws IOException {
    FewStepLevels scale = new FewStepLevels(SampleLevels.range(model.sampler()));
    List<Double> one = scale.levels(1);
    Trial oneStep = new Trial(one, distance(one));
    LevelSearch.Found found = new LevelSearch(scale, this::distance).run(steps);
    return new Result(
        new Trial(found.sigmas(), found.distance()),
        new Trial(scale.levels(steps), found.usual()),
        oneStep,
        model.count(),
        model.seed());
  }

  private double distance(List<Double> sigmas) throws IOException {
    FeatureCollector collector = new FeatureCollector(pass.extractor(), Set.of(new Fid()), false);
    try (SampleBatches samples =
        new SampleBatches(model.sampler(), model.seed(), model.count(), sigmas)) {
      new FeaturePass(pass.extractor(), false).over(samples, collector::add, seen -> true);
    }
    double distance = toReference.from(collector.set().fit());
    pass.err().printf(Locale.ROOT, "sigmas %s: %.5g%n", SampleLevels.text(sigmas), distance);
    return distance;
  }
}
