package org.couplet.pairing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.config.proto.BatchTransportCouplingConfig;
import org.couplet.config.proto.ExactAssignmentConfig;
import org.couplet.config.proto.SinkhornSamplingConfig;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.data.GaussianPoints;
import org.couplet.program.TrainingProgram;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.TFloat32;

class PairedBatchesTest {
  private static final int ROWS = 32;

  @TempDir private static Path folder = Path.of("");

  @BeforeAll
  static void build() throws IOException {
    Path config =
        SmallExperiments.write(
            folder,
            SmallExperiments.GAUSSIANS.replace("generator_induced { mu: 0.5 }", "batch_ot {}"));
    CommandRun.done("build", "--config", config, "--output", folder.resolve("program"));
  }

  @Test
  void aStepsPairsDoNotDependOnWhatWasAskedBefore() {
    NoiseChoice choice =
        new NoiseChoice(
            BatchTransportCouplingConfig.newBuilder()
                .setSinkhorn(
                    SinkhornSamplingConfig.newBuilder().setRegularization(0.1).setIterations(20))
                .build(),
            3);
    try (TrainingProgram program = TrainingProgram.load(folder.resolve("program"), 0);
        Batches batches = new Batches(new GaussianPoints(200, 1, 0.1, 0), ROWS, 3);
        PairedBatches paired = new PairedBatches(batches, program, choice, 20)) {
      program.initialize(3);
      for (long step : new long[] {0, 1, 2, 7, 1}) {
        try (PairedBatches.PairedBatch batch = paired.at(step);
            Batch alone = batches.at(step)) {
          assertArrayEquals(
              floats((TFloat32) alone.elements()), floats((TFloat32) batch.batch().elements()));
          assertArrayEquals(
              choice.noiseAssignment(program.pairCosts(alone.elements(), 3, step), ROWS, step),
              batch.batch().noiseAssignment());
        }
      }
    }
  }

  @Test
  void aProgramThatDrawsItsNoiseItselfGetsNoAssignment() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    CommandRun.done("build", "--config", config, "--output", folder.resolve("other"));
    try (TrainingProgram program = TrainingProgram.load(folder.resolve("other"), 0);
        Batches batches = new Batches(new GaussianPoints(200, 1, 0.1, 0), ROWS, 3);
        PairedBatches paired =
            new PairedBatches(
                batches,
                program,
                new NoiseChoice(
                    BatchTransportCouplingConfig.newBuilder()
                        .setExact(ExactAssignmentConfig.getDefaultInstance())
                        .build(),
                    3),
                20);
        PairedBatches.PairedBatch batch = paired.at(0)) {
      assertEquals(0, batch.batch().noiseAssignment().length);
    }
  }

  // The command tells the user's faults from its own by the exception.
  @Test
  void aFailureOnTheThreadIsTheCallers() {
    try (TrainingProgram program = TrainingProgram.load(folder.resolve("program"), 0);
        Batches batches = new Batches(new GaussianPoints(200, 1, 0.1, 0), ROWS, 3);
        PairedBatches paired =
            new PairedBatches(
                batches,
                program,
                new NoiseChoice(BatchTransportCouplingConfig.getDefaultInstance(), 3),
                20)) {
      program.initialize(3);
      assertThrows(IllegalArgumentException.class, () -> paired.at(0));
    }
  }

  private static float[] floats(TFloat32 tensor) {
    float[] floats = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(floats);
    return floats;
  }
}
