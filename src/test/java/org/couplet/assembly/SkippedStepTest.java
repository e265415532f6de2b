package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.program.ScheduledValues;
import org.couplet.program.StepMetrics;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.couplet.train.Schedules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step that is not finite leaves no trace where a run skips it, and costs nothing elsewhere. */
@Tag("long")
class SkippedStepTest {
  private final Path folder;

  SkippedStepTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource({
    "points, OFF, adam, 0",
    "points, STEP, radam, 1e-6",
    "pictures in parts, POINTWISE, lion, 1e-6",
  })
  void onlyTheCountOfStepsChanges(String kind, String xla, String optimizer, double rounding)
      throws IOException {
    List<String> settings =
        List.of(
            "optimizer." + optimizer + "={}",
            "runtime.xla=" + xla,
            "optimizer.accumulate=" + (kind.contains("parts") ? 2 : 1),
            "runtime.remat=" + kind.contains("parts"));
    String text = kind.equals("points") ? SmallExperiments.GAUSSIANS : SmallExperiments.FLAT_UNET;
    Experiment plain = ExperimentFile.parse("plain", text, settings);
    Experiment skipping = skipping(plain);
    Map<String, double[]> usual = steps(plain, "usual", false).get(0);
    List<Map<String, double[]>> seen = steps(skipping, "skipping", true);

    // A finite step is the same as without the option.
    usual.forEach(
        (name, values) ->
            assertArrayEquals(values, SavedVariables.get(seen.get(0), name), rounding, name));
    // One that is not changes the step's number alone; the next one trains again.
    for (Map.Entry<String, double[]> before : seen.get(0).entrySet()) {
      double[] after = SavedVariables.get(seen.get(1), before.getKey());
      if (before.getKey().equals("step")) {
        assertEquals(before.getValue()[0] + 1, after[0]);
      } else {
        assertArrayEquals(before.getValue(), after, before.getKey());
      }
    }
    String weight = kind.equals("points") ? "hidden0/weight" : "enc/8x8_block0/conv0/weight";
    double[] next = SavedVariables.get(seen.get(2), weight);
    assertFalse(Arrays.equals(SavedVariables.get(seen.get(1), weight), next));
    assertTrue(Arrays.stream(next).allMatch(Double::isFinite));
  }

  private static Experiment skipping(Experiment plain) {
    return plain.toBuilder().setRun(plain.getRun().toBuilder().setSkipNonfinite(3)).build();
  }

  // The variables after a step, one at infinite levels, and another.
  private List<Map<String, double[]>> steps(Experiment experiment, String name, boolean all)
      throws IOException {
    Path model = folder.resolve(name);
    TrainingAssembly.write(experiment, model);
    List<Map<String, double[]>> seen = new ArrayList<>();
    try (TrainingProgram program = TrainingProgram.load(model, 0);
        Dataset dataset = Dataset.open(experiment.getDataset());
        Batches batches = new Batches(dataset, experiment.getRun().getBatchSize(), 3)) {
      program.initialize(3);
      Schedules schedules = Schedules.of(experiment, program.sigmasLength());
      for (int step = 0; step < (all ? 3 : 1); step++) {
        ScheduledValues numbers = schedules.at(step);
        if (step == 1) {
          Arrays.fill(numbers.sigmas(), Double.POSITIVE_INFINITY);
        }
        try (Batch batch = batches.at(step)) {
          StepMetrics metrics = program.step(TrainingBatch.of(batch.elements()), numbers);
          assertEquals(step != 1, metrics.isFinite(), metrics.toString());
        }
        Path prefix = folder.resolve(name + step);
        program.save(prefix);
        seen.add(SavedVariables.read(model, prefix));
      }
    }
    return seen;
  }
}
