package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that begin with another one's averages: to distil them, or to go on from them. */
@Tag("long")
class ParentRunTest {
  private static final String[] LAYERS = {"hidden0", "hidden1", "output"};

  @TempDir private static Path shared = Path.of("");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void trainParents() throws IOException {
    SmallExperiments.write(shared, SmallExperiments.score(SmallExperiments.GAUSSIANS));
    succeeds("train --config S/experiment.textproto --run S/score --steps 12");
    SmallExperiments.write(shared, SmallExperiments.GAUSSIANS);
    succeeds("train --config S/experiment.textproto --run S/consistency --steps 2");
    // Runs that only need to be looked at.
    Path fresh = Files.createDirectories(shared.resolve("fresh"));
    Files.copy(shared.resolve("score/config.textproto"), fresh.resolve("config.textproto"));
    Path pictures = Files.createDirectories(shared.resolve("pictures/checkpoints"));
    Files.writeString(
        pictures.resolveSibling("config.textproto"),
        ExperimentFile.print(
            ExperimentFile.parse("a", SmallExperiments.score(SmallExperiments.UNET), List.of())));
    Files.writeString(pictures.resolve("step-1.index"), "not read");
    Files.writeString(pictures.resolve("step-1.data-00000-of-00001"), "not read");
    Files.writeString(shared.resolve("pictures.textproto"), SmallExperiments.UNET);
    Files.writeString(
        shared.resolve("larger.textproto"),
        SmallExperiments.UNET.replace("resolution: 8", "resolution: 16"));
  }

  private static void succeeds(String line) {
    CommandRun.done((Object[]) line.replace("S/", shared + "/").split(" ", -1));
  }

  private CommandRun command(String line) {
    return CommandRun.of(
        (Object[]) line.replace("S/", shared + "/").replace("T/", folder + "/").split(" ", -1));
  }

  private Map<String, double[]> trained(String more, long step) {
    CommandRun run =
        command(
            "train --config S/experiment.textproto --run T/run --set run.checkpoint_every=1"
                + " --set run.keep_checkpoints=9 --steps 5 "
                + more);
    assertEquals(ExitCode.DONE, run.code(), run.err());
    return SavedVariables.ofRun(folder.resolve("run"), step);
  }

  @Test
  void distillationKeepsTheScoreModelsAverages() {
    Map<String, double[]> parent = SavedVariables.ofRun(shared.resolve("score"), 12);
    trained("--set consistency.coupling.pf_ode.run=S/score", 5);
    for (long step : new long[] {0, 1, 5}) {
      assertSame(parent, "ema/", SavedVariables.ofRun(folder.resolve("run"), step), "score/");
    }
    // The student begins with its own weights, and moves.
    Map<String, double[]> first = SavedVariables.ofRun(folder.resolve("run"), 0);
    Map<String, double[]> last = SavedVariables.ofRun(folder.resolve("run"), 5);
    String weight = "hidden0/weight";
    assertFalse(
        Arrays.equals(
            SavedVariables.get(first, weight), SavedVariables.get(parent, "ema/" + weight)));
    assertFalse(Arrays.equals(SavedVariables.get(first, weight), SavedVariables.get(last, weight)));
  }

  @ParameterizedTest
  @CsvSource({"score, 12", "consistency, 2"})
  void aRunStartsFromTheAveragesOfItsParent(String name, long step) {
    Map<String, double[]> parent = SavedVariables.ofRun(shared.resolve(name), step);
    Map<String, double[]> first = trained("--set run.start_from=S/" + name, 0);
    assertSame(parent, "ema/", first, "");
    assertSame(parent, "ema/", first, "ema/");
    assertEquals(0, SavedVariables.get(first, "step")[0]);
    // Only the averages are handed down.
    first.forEach(
        (variable, values) ->
            assertTrue(
                !variable.startsWith("adam/") || Arrays.stream(values).allMatch(x -> x == 0),
                variable));
  }

  @Test
  void aParentIsNoLongerNeededOnceItsChildHasBegun() throws IOException {
    Path parent = folder.resolve("parent");
    assertEquals(
        ExitCode.DONE,
        command("train --config S/experiment.textproto --run T/parent --steps 2").code());
    String begin =
        "train --config S/experiment.textproto --set run.start_from=T/parent --run T/run";
    assertEquals(ExitCode.DONE, command(begin + " --steps 1").code());
    Files.move(parent, folder.resolve("elsewhere"));
    assertEquals(ExitCode.DONE, command("train --run T/run --resume --steps 3").code());
  }

  @Test
  void dropoutMayDifferFromTheParents() {
    String train = "train --dry-run --run T/run --config S/pictures.textproto";
    String more = " --set network.song_unet.dropout=0.1 --set run.start_from=S/pictures";
    CommandRun run = command(train + more);
    assertEquals(ExitCode.DONE, run.code(), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--from S/none", "--set run.start_from=S/none"})
  void aDryRunNamesAParentThatIsNotThereAndGoesOn(String parent) {
    CommandRun run =
        command("train --dry-run --run T/run --config S/experiment.textproto " + parent);
    assertEquals(ExitCode.DONE, run.code(), run.err());
    assertTrue(run.out().contains("# missing: run."), run.out());
    assertTrue(run.out().contains(shared.resolve("none") + ": no run is there"), run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "consistency.coupling.pf_ode.run=S/none|S/none: no run is there; train it first",
        "consistency.coupling.pf_ode.run=S/fresh|S/fresh: has no checkpoint yet; train it",
        "consistency.coupling.pf_ode.run=S/consistency|S/consistency: is a consistency model;",
        "run.start_from=S/none|S/none: no run is there; train it first",
        "run.start_from=S/fresh|S/fresh: has no checkpoint yet; train it",
        "run.start_from=S/pictures|S/pictures: its network or the size of its images differs",
      })
  void aParentThatCannotBeIsRefusedInOneLine(String override, String reason) throws IOException {
    assertRefused("S/experiment.textproto --set " + override, override, reason);
  }

  @ParameterizedTest
  @CsvSource({"consistency.coupling.pf_ode.run", "run.start_from"})
  void aParentOfAnotherNetworkIsRefusedInOneLine(String field) throws IOException {
    String override = field + "=S/score";
    assertRefused(
        "S/experiment.textproto --set network.mlp.width=8 --set " + override,
        override,
        "S/score: its network or the size of its images differs; make them the same");
    override = field + "=S/pictures";
    assertRefused(
        "S/larger.textproto --set " + override,
        override,
        "S/pictures: its network or the size of its images differs; make them the same");
  }

  @Test
  void aScoreModelOfAnotherScalingIsRefusedInOneLine() throws IOException {
    String override = "consistency.coupling.pf_ode.run=S/score";
    assertRefused(
        "S/experiment.textproto --set consistency.sigma_data=0.7 --set " + override,
        override,
        "S/score: its sigma_data is 0.5, not 0.7; make them the same");
  }

  // The message begins with the field.
  private void assertRefused(String config, String override, String reason) throws IOException {
    CommandRun refused = command("train --run T/run --config " + config);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    assertEquals(1, refused.err().lines().count(), refused.err());
    String field = override.substring(0, override.indexOf('='));
    String expected = field + ": " + reason.replace("S/", shared + "/");
    assertTrue(refused.err().contains(expected), refused.err());
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  private static void assertSame(
      Map<String, double[]> one, String prefix, Map<String, double[]> other, String otherPrefix) {
    for (String layer : LAYERS) {
      for (String part : new String[] {"/weight", "/bias"}) {
        assertArrayEquals(
            SavedVariables.get(one, prefix + layer + part),
            SavedVariables.get(other, otherPrefix + layer + part));
      }
    }
  }
}
