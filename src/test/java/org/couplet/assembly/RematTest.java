package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.SavedModel;

@Tag("long")
class RematTest {
  private final Path folder;

  RematTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void weightsAreThoseOfABackwardPassThatKeepsEverything() throws IOException {
    String text = SmallExperiments.independent(SmallExperiments.UNET);
    Map<String, double[]> kept = trained(text, "OFF", 1, false);
    assertEquals(0, difference(kept, trained(text, "OFF", 1, true)), 1e-6);
    assertEquals(0, difference(kept, trained(text, "POINTWISE", 2, true)), 1e-4);
    assertEquals(0, difference(kept, trained(text, "STEP", 1, true)), 1e-4);
  }

  @Test
  void winogradsConvolutionsAreComputedAgainToo() throws IOException {
    String text = SmallExperiments.independent(SmallExperiments.WIDE_UNET);
    Map<String, double[]> kept = trained(text, "OFF", 1, false);
    assertEquals(0, difference(kept, trained(text, "WINOGRAD", 2, true)), 1e-4);
    String winograd = "winograd_8x8x96x96";
    assertFalse(calls(folder.resolve("OFF1false"), winograd));
    assertTrue(calls(folder.resolve("WINOGRAD2true"), winograd));
  }

  // Teacher and student call the same functions, whose gradients must be the same, too.
  @Test
  void admsBlocksWithDropoutAreDefinedTheSameTwice() throws IOException {
    String text = SmallExperiments.independent(SmallExperiments.ADM);
    Path program = folder.resolve("program");
    CommandRun.done(
        "build",
        "--config",
        SmallExperiments.write(folder, text.replace("channel_mult: [1, 2]", "channel_mult: 1")),
        "--output",
        program,
        "--set",
        "runtime={xla: POINTWISE remat: true}");
    assertTrue(calls(folder, "dec_8x8_in0_again"));
  }

  private static double difference(Map<String, double[]> expected, Map<String, double[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    return SavedVariables.relativeDifference(expected, actual, expected.keySet());
  }

  @Test
  void eachBlockIsComputedAgainApartFromTheForwardPass() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.UNET);
    Path program = folder.resolve("program");
    CommandRun.done(
        "build", "--config", config, "--output", program, "--set", "runtime.remat=true");
    Set<String> apart =
        functions(program).stream()
            .filter(function -> function.containsAttr("_noinline"))
            .map(function -> function.getSignature().getName().replaceFirst("_again.*", ""))
            .collect(Collectors.toSet());
    assertTrue(apart.contains("enc_8x8_block0"), apart.toString());
    assertTrue(apart.contains("dec_8x8_up"), apart.toString());
    assertTrue(apart.contains("enc_4x4_down"), apart.toString());
  }

  private static boolean calls(Path run, String name) throws IOException {
    return functions(run.resolve("program")).stream()
        .anyMatch(function -> function.getSignature().getName().startsWith(name));
  }

  private static List<FunctionDef> functions(Path program) throws IOException {
    try (var in = Files.newInputStream(program.resolve("saved_model.pb"))) {
      return SavedModel.parseFrom(in).getMetaGraphs(0).getGraphDef().getLibrary().getFunctionList();
    }
  }

  private Map<String, double[]> trained(String text, String xla, int parts, boolean remat)
      throws IOException {
    Path run = folder.resolve(xla + parts + remat);
    CommandRun.done(
        "train",
        "--config",
        SmallExperiments.write(folder, text),
        "--run",
        run,
        "--steps",
        3,
        "--set",
        "optimizer={learning_rate: 1e-3 adam {} accumulate: " + parts + "}",
        "--set",
        "runtime={xla: " + xla + " remat: " + remat + "}");
    return SavedVariables.ofRun(run, 3);
  }
}
