package org.couplet.sampling;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.couplet.program.SamplingProgram;
import org.couplet.schedule.FewStepLevels;
import org.couplet.schedule.KarrasLevels;

/** The noise levels of samples, where the user names none. */
public final class SampleLevels {
  /** Most steps of a consistency model; few are its purpose. */
  public static final int MOST_ESTIMATES = 100;

  /** Most steps along a score model's probability flow. */
  public static final int MOST_FLOW_STEPS = 1_000_000;

  // Steps along a score model's probability flow (Karras et al. 2022, table 2).
  private static final int FLOW_STEPS = 18;

  private SampleLevels() {}

  /** Fewest steps that a model takes. */
  public static int leastSteps(SamplingProgram program) {
    return program.followsFlow() ? 2 : 1;
  }

  /** Most steps that a model takes. */
  public static int mostSteps(SamplingProgram program) {
    return program.followsFlow() ? MOST_FLOW_STEPS : MOST_ESTIMATES;
  }

  /** One call at sigma_max for a consistency model; for a score model 18 Karras levels. */
  public static List<Double> of(SamplingProgram program) {
    return program.followsFlow() ? of(program, FLOW_STEPS) : List.of();
  }

  /**
   * For a consistency model the levels of {@link FewStepLevels}; for a score model Karras levels.
   *
   * @param steps how many: at least 2 for a score model, 1 to {@link #MOST_ESTIMATES} for a
   *     consistency model
   */
  public static List<Double> of(SamplingProgram program, int steps) {
    if (!program.followsFlow()) {
      return new FewStepLevels(range(program)).levels(steps);
    }
    List<Double> levels = new ArrayList<>();
    for (double level : range(program).levels(steps)) {
      levels.add(level);
    }
    Collections.reverse(levels);
    return levels;
  }

  /**
   * Levels of a consistency model that begin below sigma_max.
   *
   * @param sigma the first, above sigma_min
   * @param steps how many, 1 to {@link #MOST_ESTIMATES}
   */
  public static List<Double> from(SamplingProgram program, double sigma, int steps) {
    KarrasLevels range = new KarrasLevels(program.sigmaMin(), sigma, program.rho());
    return new FewStepLevels(range).levels(steps);
  }

  /** The range of a model's levels. */
  public static KarrasLevels range(SamplingProgram program) {
    return new KarrasLevels(program.sigmaMin(), program.sigmaMax(), program.rho());
  }

  /** As the option {@code --sigmas} takes them: {@code 80,0.821}. */
  public static String text(List<Double> levels) {
    // Models hold their range in float32, whose digits are these.
    return levels.stream()
        .map(level -> Float.toString(level.floatValue()))
        .map(digits -> new BigDecimal(digits).stripTrailingZeros().toPlainString())
        .collect(Collectors.joining(","));
  }
}
