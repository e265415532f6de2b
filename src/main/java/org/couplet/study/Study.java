package org.couplet.study;

import java.io.IOException;

/** One of the paper's experiments: it trains what it needs, measures, and draws. */
public interface Study {
  /** The word that calls it. */
  String name();

  /** What it shows, and where the paper does, in one line. */
  String summary();

  /**
   * Runs it, going on where it stopped.
   *
   * @throws InterruptedStudyException if the user asked for the end
   */
  void run(StudyContext bench) throws IOException;
}
