package org.couplet.program;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Checks that what a run's networks need is right on this machine, before they run. */
public interface ProgramCheck {
  /**
   * Checks a training program.
   *
   * @param threads of one operation; 0: all cores
   * @return what was found, by name, for the run's history
   * @throws RuntimeException if the program must not run here
   */
  Map<String, Object> program(Path program, int threads) throws IOException;

  /**
   * The same of what draws samples, in a training program or an export.
   *
   * @param tag of the SavedModel's graph
   */
  Map<String, Object> sampling(Path model, String tag, int threads) throws IOException;

  /** The same of the feature network that a run measures its FID with. */
  Map<String, Object> features(Path network, int threads) throws IOException;
}
