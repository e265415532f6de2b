package org.couplet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Checks that what a program needs is right on this machine, before it runs. */
@FunctionalInterface
public interface ProgramCheck {
  /**
   * Checks a training program.
   *
   * @param threads of one operation; 0: all cores
   * @return what was found, by name, for the run's history
   * @throws RuntimeException if the program must not run here
   */
  Map<String, Object> check(Path program, int threads) throws IOException;
}
