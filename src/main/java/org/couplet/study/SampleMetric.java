package org.couplet.study;

import java.io.IOException;
import org.couplet.program.SamplingProgram;

/** How far a model's samples are from the data; lower is better. */
interface SampleMetric extends AutoCloseable {
  /** For an axis. */
  String label();

  /** Names the measurement with all its settings, for a file's name. */
  String key();

  /** Measures samples from a fixed seed. */
  double of(SamplingProgram program) throws IOException;

  @Override
  void close();
}
