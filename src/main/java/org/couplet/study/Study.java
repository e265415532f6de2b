package org.couplet.study;

import java.io.IOException;
import java.util.Set;
import org.couplet.trial.InterruptedStudyException;

/** One of the paper's experiments: it trains what it needs, measures, and draws. */
public interface Study {
  /** The options of studies that train what they measure. */
  Set<String> TRAINING_OPTIONS = Set.of("config", "configs", "set", "runs", "seeds", "steps");

  /** The word that calls it. */
  String name();

  /** The options that it heeds, beside {@code output}, by name. */
  default Set<String> options() {
    return TRAINING_OPTIONS;
  }

  /** What it shows, and where the paper does, in one line. */
  String summary();

  /**
   * Runs it, going on where it stopped.
   *
   * @throws InterruptedStudyException if the user asked for the end
   */
  void run(StudyContext bench) throws IOException;
}
