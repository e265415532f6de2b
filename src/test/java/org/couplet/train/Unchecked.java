package org.couplet.train;

import java.nio.file.Path;
import java.util.Map;
import org.couplet.program.ProgramCheck;

/** No self-test. */
public record Unchecked() implements ProgramCheck {
  @Override
  public Map<String, Object> program(Path program, int threads) {
    return Map.of();
  }

  @Override
  public Map<String, Object> sampling(Path model, String tag, int threads) {
    return Map.of();
  }

  @Override
  public Map<String, Object> features(Path network, int threads) {
    return Map.of();
  }
}
