package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
  private static Optional<String> advice(String xla, int gpus) {
    return TrainCommand.gpuAdvice(
        ExperimentFile.parse("test", SmallExperiments.GAUSSIANS, List.of("runtime.xla=" + xla)),
        gpus);
  }

  @ParameterizedTest
  @CsvSource({"WINOGRAD,0", "STEP,1", "POINTWISE,2", "OFF,1"})
  void nothingIsSaidWhereSettingsSuitTheMachine(String xla, int gpus) {
    assertEquals(Optional.empty(), advice(xla, gpus));
  }

  @ParameterizedTest
  @CsvSource({"1", "8"})
  void winogradOnGpusIsAdvisedAgainst(int gpus) {
    assertTrue(advice("WINOGRAD", gpus).orElseThrow().contains("runtime.xla=STEP"));
  }
}
