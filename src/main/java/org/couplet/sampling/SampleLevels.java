package org.couplet.sampling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.couplet.program.SamplingProgram;
import org.couplet.schedule.KarrasLevels;

/** The noise levels of samples, where the user names none. */
public final class SampleLevels {
  /** Steps along a score model's probability flow (Karras et al. 2022, table 2). */
  public static final int FLOW_STEPS = 18;

  private SampleLevels() {}

  /**
   * One call at sigma_max for a consistency model; for a score model Karras levels.
   *
   * @param flowSteps number of a score model's levels, at least 2
   */
  public static List<Double> of(SamplingProgram program, int flowSteps) {
    if (!program.followsFlow()) {
      return List.of();
    }
    List<Double> levels = new ArrayList<>();
    KarrasLevels karras = new KarrasLevels(program.sigmaMin(), program.sigmaMax(), program.rho());
    for (double level : karras.levels(flowSteps)) {
      levels.add(level);
    }
    Collections.reverse(levels);
    return levels;
  }
}
