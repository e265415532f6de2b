package org.couplet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.couplet.SmallExperiments;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.program.TracedOperation;
import org.couplet.train.Schedules;
import org.couplet.train.Unchecked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
class StepBenchmarkTest {
  private final Path folder;

  StepBenchmarkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private StepBenchmark open(String text, String... overrides) throws IOException {
    Experiment experiment = ExperimentFile.parse("test", text, List.of(overrides));
    return StepBenchmark.open(
        experiment,
        folder,
        program -> TrainingAssembly.write(experiment, program),
        new Unchecked());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "consistency.coupling.independent={}",
        "consistency.coupling.batch_ot={}",
        "consistency.coupling.pf_ode.run=absent",
        "consistency.process.bridge={}",
        "run.start_from=absent",
      })
  void everyKindOfStepRunsWithoutItsData(String override) throws IOException {
    try (StepBenchmark benchmark = open(SmallExperiments.GAUSSIANS, override)) {
      for (int i = 0; i < 2; i++) {
        StepBenchmark.Timing step = benchmark.step();
        assertTrue(step.millis() > step.waitedMillis(), step.toString());
      }
    }
  }

  @Test
  void aScoreModelOfGreyImagesRunsWithoutTheirFile() throws IOException {
    String text =
        SmallExperiments.score(SmallExperiments.UNET)
            .replaceFirst(
                "procedural \\{.*?\\}",
                "image_file { path: 'absent.npy' resolution: 8 channels: 1 }");
    try (StepBenchmark benchmark = open(text, "network.song_unet.channel_mult=1")) {
      assertTrue(benchmark.step().millis() > 0);
    }
  }

  @Test
  void numbersAreThoseOfMidTraining() throws IOException {
    String text = SmallExperiments.GAUSSIANS.replace("mu: 0.5", "mu: 0.2 mu_end: 1");
    try (StepBenchmark benchmark = open(text)) {
      Schedules schedules = Schedules.of(ExperimentFile.parse("test", text, List.of()), 9);
      assertEquals(schedules.at(10).numLevels(), benchmark.numbers().numLevels());
      assertEquals(schedules.at(10).mu(), benchmark.numbers().mu());
      assertEquals(0.6, benchmark.numbers().mu(), 0.05);
    }
  }

  @Test
  void aTraceHoldsTheStepsOperations() throws IOException {
    try (StepBenchmark benchmark = open(SmallExperiments.GAUSSIANS)) {
      benchmark.step();
      List<TracedOperation> operations = benchmark.trace();
      Set<String> types =
          operations.stream().map(TracedOperation::type).collect(Collectors.toSet());
      assertTrue(types.contains("AssignVariableOp"), types.toString());
      assertTrue(types.stream().anyMatch(type -> type.contains("MatMul")), types.toString());
      assertTrue(operations.stream().allMatch(one -> one.device().contains("CPU:0")));
      double first = operations.stream().mapToDouble(TracedOperation::startMicros).min().orElse(1);
      double last =
          operations.stream().mapToDouble(one -> one.startMicros() + one.micros()).max().orElse(0);
      assertEquals(0, first);
      assertTrue(last > 10 && last < 60e6, "a step of " + last + " microseconds");
    }
  }
}
