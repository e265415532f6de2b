package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.SavedModel;

class RematTest {
  private final Path folder;

  RematTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource({"OFF, 1", "POINTWISE, 2", "STEP, 1"})
  void weightsAreThoseOfABackwardPassThatKeepsEverything(String xla, int parts) throws IOException {
    Map<String, double[]> kept = trained(xla, parts, false);
    Map<String, double[]> computedAgain = trained(xla, parts, true);
    assertEquals(kept.keySet(), computedAgain.keySet());
    double difference = 0;
    double norm = 0;
    for (Map.Entry<String, double[]> entry : kept.entrySet()) {
      double[] other = SavedVariables.get(computedAgain, entry.getKey());
      for (int i = 0; i < other.length; i++) {
        difference += Math.pow(entry.getValue()[i] - other[i], 2);
        norm += Math.pow(other[i], 2);
      }
    }
    double relative = Math.sqrt(difference / norm);
    assertTrue(relative < 1e-5, xla + ": relative difference " + relative);
  }

  @Test
  void eachBlockIsComputedAgainApartFromTheForwardPass() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.UNET);
    Path program = folder.resolve("program");
    CommandRun.done(
        "build", "--config", config, "--output", program, "--set", "runtime.remat=true");
    Set<String> apart;
    try (var in = Files.newInputStream(program.resolve("saved_model.pb"))) {
      List<FunctionDef> functions =
          SavedModel.parseFrom(in).getMetaGraphs(0).getGraphDef().getLibrary().getFunctionList();
      apart =
          functions.stream()
              .filter(function -> function.containsAttr("_noinline"))
              .map(function -> function.getSignature().getName().replaceFirst("_again.*", ""))
              .collect(Collectors.toSet());
    }
    assertTrue(apart.contains("enc_8x8_block0"), apart.toString());
    assertTrue(apart.contains("dec_8x8_up"), apart.toString());
    assertTrue(apart.contains("enc_4x4_down"), apart.toString());
  }

  private Map<String, double[]> trained(String xla, int parts, boolean remat) throws IOException {
    Path run = folder.resolve("run" + remat);
    CommandRun.done(
        "train",
        "--config",
        SmallExperiments.write(folder, SmallExperiments.UNET),
        "--run",
        run,
        "--steps",
        3,
        "--set",
        "optimizer={learning_rate: 1e-3 adam {} accumulate: " + parts + "}",
        "--set",
        // A whole step takes long to compile.
        "network.song_unet.channel_mult=" + (xla.equals("STEP") ? "[1]" : "[1, 2]"),
        "--set",
        "runtime={xla: " + xla + " remat: " + remat + "}");
    return SavedVariables.ofRun(run, 3);
  }
}
