package org.couplet.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchTest {
  private static Optional<String> advice(String xla, boolean gpu) {
    return Launch.gpuAdvice(
        ExperimentFile.parse("test", SmallExperiments.GAUSSIANS, List.of("runtime.xla=" + xla)),
        gpu);
  }

  @ParameterizedTest
  @CsvSource({"WINOGRAD,false", "STEP,true", "POINTWISE,true", "OFF,true"})
  void nothingIsSaidWhereSettingsSuitTheMachine(String xla, boolean gpu) {
    assertEquals(Optional.empty(), advice(xla, gpu));
  }

  @Test
  void winogradOnGpusIsAdvisedAgainst() {
    assertTrue(advice("WINOGRAD", true).orElseThrow().contains("runtime.xla=STEP"));
  }
}
