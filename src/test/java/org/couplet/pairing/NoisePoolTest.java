package org.couplet.pairing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.config.proto.BatchTransportCouplingConfig;
import org.couplet.config.proto.ExactAssignmentConfig;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.data.ProceduralImages;
import org.couplet.program.TrainingProgram;
import org.couplet.transport.ExactAssignment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.family.TType;

/** Batch-OT over several steps, of mirrored 8 x 8 pictures. */
@Tag("long")
class NoisePoolTest {
  private static final int ROWS = 4;
  private static final int POOL = 3;
  private static final long SEED = 3;

  @TempDir private static Path shared = Path.of("");

  private final ProceduralImages images = new ProceduralImages(8, 50);

  @BeforeAll
  static void build() throws IOException {
    String text =
        SmallExperiments.FLAT_UNET.replace("generator_induced { mu: 0.5 }", "batch_ot { pool: 3 }");
    build("plain", text);
    build("classes", text.replaceFirst("network \\{", "network { label_dim: 3"));
  }

  private static void build(String name, String text) throws IOException {
    Path config = SmallExperiments.write(shared, text);
    CommandRun.done("build", "--config", config, "--output", shared.resolve(name));
  }

  private static TrainingProgram program(String name) {
    TrainingProgram program = TrainingProgram.load(shared.resolve(name), 0);
    program.initialize(SEED);
    return program;
  }

  private static NoiseChoice choice() {
    return new NoiseChoice(
        BatchTransportCouplingConfig.newBuilder()
            .setExact(ExactAssignmentConfig.getDefaultInstance())
            .setPool(POOL)
            .build(),
        SEED);
  }

  private Batches batches(int[] labels) {
    return new Batches(images, labels, ROWS, 0, ROWS, SEED);
  }

  private static byte[] bytes(TType tensor) {
    byte[] bytes = new byte[(int) tensor.numBytes()];
    tensor.asRawTensor().data().read(bytes);
    return bytes;
  }

  private static List<String> rows(TType tensor) {
    byte[] all = bytes(tensor);
    int size = all.length / ROWS;
    return IntStream.range(0, ROWS)
        .mapToObj(row -> Arrays.toString(Arrays.copyOfRange(all, row * size, (row + 1) * size)))
        .toList();
  }

  @Test
  void distancesAreThoseOfTheStepAlsoWhereItMirrors() {
    try (TrainingProgram program = program("plain");
        Batches batches = batches(new int[0]);
        Batch batch = batches.at(5)) {
      float[] ofStep = program.pairCosts(batch.elements(), SEED, 5);
      float[] ofPool = program.poolCosts(batch.elements(), SEED, 5);
      // A row that keeps its place is mirrored as its place is.
      for (int row = 0; row < ROWS; row++) {
        int at = row * ROWS + row;
        assertEquals(ofStep[at], ofPool[at], 1e-3 * ofStep[at]);
      }
      assertFalse(Arrays.equals(ofStep, ofPool), "nothing is mirrored");
    }
  }

  @Test
  void thePoolsRowsLieWhereTheSumOfDistancesIsLeast() {
    try (TrainingProgram program = program("plain");
        Batches batches = batches(new int[0]);
        Batches again = batches(new int[0]);
        PairedBatches paired = new PairedBatches(batches, program, choice(), 100)) {
      List<String> before = new ArrayList<>();
      List<String> after = new ArrayList<>();
      double least = 0;
      double reached = 0;
      int all = POOL * ROWS;
      float[] costs = new float[all * all];
      for (int step = 0; step < POOL; step++) {
        try (Batch batch = again.at(step);
            PairedBatches.PairedBatch moved = paired.at(step)) {
          before.addAll(rows(batch.elements()));
          after.addAll(rows(moved.batch().elements()));
          assertArrayEquals(new int[] {0, 1, 2, 3}, moved.batch().noiseAssignment());
          for (int other = 0; other < POOL; other++) {
            float[] part = program.poolCosts(batch.elements(), SEED, other);
            for (int row = 0; row < ROWS; row++) {
              System.arraycopy(
                  part, row * ROWS, costs, (step * ROWS + row) * all + other * ROWS, ROWS);
            }
          }
          float[] own = program.poolCosts(moved.batch().elements(), SEED, step);
          reached += IntStream.range(0, ROWS).mapToDouble(row -> own[row * ROWS + row]).sum();
        }
      }
      int[] best = ExactAssignment.solve(costs, all);
      for (int row = 0; row < all; row++) {
        least += costs[row * all + best[row]];
      }
      assertEquals(least, reached, 1e-4 * least);
      assertEquals(before.stream().sorted().toList(), after.stream().sorted().toList());
      assertFalse(before.equals(after), "no row has moved");
    }
  }

  @Test
  void aStepSeesTheSameWhereverTrainingBegins() {
    try (TrainingProgram program = program("plain");
        Batches batches = batches(new int[0]);
        Batches others = batches(new int[0]);
        PairedBatches straight = new PairedBatches(batches, program, choice(), 9);
        PairedBatches resumed = new PairedBatches(others, program, choice(), 9)) {
      List<byte[]> seen = new ArrayList<>();
      for (int step = 0; step < 9; step++) {
        try (PairedBatches.PairedBatch batch = straight.at(step)) {
          seen.add(bytes(batch.batch().elements()));
        }
      }
      for (int step : new int[] {4, 5, 6, 2, 8, 8}) {
        try (PairedBatches.PairedBatch batch = resumed.at(step)) {
          assertArrayEquals(seen.get(step), bytes(batch.batch().elements()), "step " + step);
        }
      }
    }
  }

  @Test
  void rowsOfAClassChangePlacesAmongThemselves() {
    int[] labels = images.classLabels().orElseThrow().ofElements();
    try (TrainingProgram program = program("classes");
        Batches batches = batches(labels);
        Batches again = batches(labels);
        PairedBatches paired = new PairedBatches(batches, program, choice(), 100)) {
      boolean moved = false;
      for (int step = 0; step < 2 * POOL; step++) {
        try (Batch before = again.at(step);
            PairedBatches.PairedBatch after = paired.at(step)) {
          assertArrayEquals(before.labels(), after.batch().labels());
          List<String> rows = rows(after.batch().elements());
          moved |= !rows.equals(rows(before.elements()));
          for (int row = 0; row < ROWS; row++) {
            assertEquals(after.batch().labels()[row], label(rows.get(row), labels));
          }
        }
      }
      assertTrue(moved, "no row has moved");
    }
  }

  private int label(String row, int[] labels) {
    for (int i = 0; i < labels.length; i++) {
      try (TType image = images.batch(new long[] {i})) {
        if (Arrays.toString(bytes(image)).equals(row)) {
          return labels[i];
        }
      }
    }
    throw new AssertionError("not an image of the data");
  }
}
