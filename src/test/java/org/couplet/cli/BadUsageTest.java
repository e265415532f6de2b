package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SavedModel;

/** What can't be done is refused with code 2 and one line that names it. */
@Tag("long")
class BadUsageTest {
  @TempDir private static Path shared = Path.of("");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void trainAndExport() throws IOException {
    SmallExperiments.write(shared, SmallExperiments.GAUSSIANS);
    succeeds("build --config S/experiment.textproto --output S/program");
    succeeds("train --model S/program --run S/run --steps 1");
    succeeds("export --run S/run --output S/export");
    SmallExperiments.write(shared, SmallExperiments.score(SmallExperiments.GAUSSIANS));
    succeeds("train --config S/experiment.textproto --run S/scoring --steps 1");
    succeeds("export --run S/scoring --output S/score");
    SmallExperiments.write(shared, SmallExperiments.GAUSSIANS);
    Files.writeString(
        shared.resolve("images.textproto"),
        SmallExperiments.UNET.replaceFirst(
            "procedural \\{.*?\\}", "image_file { path: 'absent.npy' resolution: 8 }"));
    Files.writeString(shared.resolve("text.npy"), "no array");
  }

  private static void succeeds(String line) {
    CommandRun.done((Object[]) line.replace("S/", shared + "/").split(" ", -1));
  }

  private CommandRun command(String line) {
    return CommandRun.of(
        (Object[]) line.replace("S/", shared + "/").replace("T/", folder + "/").split(" ", -1));
  }

  private void assertRefused(String line, String named) {
    CommandRun refused = command(line);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    // On a busy machine a line may have said before that the model is being loaded.
    assertEquals(
        1, refused.err().lines().filter(one -> !one.endsWith("...")).count(), refused.err());
    assertTrue(refused.err().contains(named), refused.err());
    assertEquals("", refused.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tran|there is no command 'tran'; did you mean train? couplet --help lists them",
        "--run S/run sample --count 3|the command comes first: couplet sample --run S/run --count 3",
        "--run sample --output a sample|the command comes first: couplet sample --run sample --output a",
        "--run train|there is no command '--run'; couplet --help lists them",
        "sample S/run --count 3|'S/run' is not an option, nor the value of one; usage",
        "train|--run is missing",
        "train|--config or --model is missing",
        "train --run T/r|--config or --model is missing; usage: couplet train (--config F",
        "train --run T/r --resume|no run was begun in",
        "train --run|run",
        "train --config S/experiment.textproto|--run is missing",
        "train --config S/experiment.textproto --model S/program --run T/r|either --config or",
        "train --config S/experiment.textproto --run S/run|S/run: a run already exists",
        "train --config S/none.textproto --run T/r|S/none.textproto: no such file",
        "train --model S/none --run T/r|S/none",
        "train --model S/export --run T/r|S/export: the SavedModel has the tag serve, not 'train'",
        "train --config S/experiment.textproto --run T/r --steps 0|--steps: '0'",
        "train --config S/experiment.textproto --run T/r --steps ten|--steps: 'ten'",
        "train --config S/experiment.textproto --run T/r --stesp 3|--stesp' is not an option (did you mean --steps?)",
        "train --config S/experiment.textproto --run T/r more|'more' is not an option",
        "train --config S/experiment.textproto --run T/r --set run.stesp=3|run.stesp",
        "train --config S/experiment.textproto --run T/r --set batch_size=3|Did you mean run.batch_size?",
        "train --config S/experiment.textproto --run T/r --set run.steps=0|run.steps",
        "train --model S/program --run T/r --set run.batch_size=3|--set run.batch_size=3: is built",
        "train --model S/program --run T/r --set optimizer.lion={}|--set optimizer.lion={}: is",
        "train --run S/run --resume --set run.batch_size=3|run.batch_size",
        "train --run S/run --resume --data T/a.npy|--data: the data of gaussians are drawn",
        "train --config S/experiment.textproto --data T/a.npy --run T/r|--data: the data of gaussians",
        "train --run S/run --resume --config S/images.textproto|S/run/config.textproto",
        "train --config S/images.textproto --run T/r|absent.npy: no such file",
        "train --config S/images.textproto --data T/a.npy --run T/r|T/a.npy: no such file",
        "train --config S/images.textproto --data S/text.npy --run T/r|S/text.npy",
        "build --output T/p|--config is missing",
        "build --config S/experiment.textproto|--output is missing",
        "build --config S/experiment.textproto --output S/program|S/program: already exists",
        "sample --run S/run --count 3|--output is missing",
        "sample --run S/run --output T/a.png|--count is missing",
        "sample --run S/run --count 0 --output T/a.png|--count: '0'",
        "sample --run S/run --count -1 --output T/a.png|--count: '-1'",
        "sample --run S/run --count 3 --output T/a.gif|T/a.gif",
        "sample --run S/run --count 3 --output T/a/|T/a",
        "sample --run S/run --model S/export --count 3 --output T/a.png|either --run or --model",
        "sample --count 3 --output T/a.png|--run or --model is missing",
        "sample --run S/none --count 3 --output T/a.png|S/none: no run is there",
        "sample --run S/rnu --count 3 --output T/a.png|a folder that `couplet train` made; did you mean S/run?",
        "sample --run S/run/checkpoints --count 3 --output T/a.png|; did you mean S/run?",
        "train --run S/rum --resume|no run was begun in S/rum yet; give --config or --model to begin one; did you mean S/run?",
        "sample --model S/none --count 3 --output T/a.png|S/none: no SavedModel is there",
        "serve|--model is missing",
        "serve --model S/run|S/run: is a run; export it first: couplet export --run S/run --output DIR",
        "serve --model S/exprt|that `couplet export` wrote; did you mean S/export?",
        "serve --model S/export --address 0.0.0.0|give --token-file, and --keystore",
        "serve --model S/export --keystore S/text.npy|--keystore-password-file go together",
        "serve --model S/export --keystore S/text.npy --keystore-password-file S/text.npy|--keystore S/text.npy: can't be opened",
        "sample --model S/program --count 3 --output T/a.png|the tag train, not 'serve'",
        "sample --run S/run --count 3 --output T/a.png --sigmas abc|--sigmas: 'abc'",
        "sample --run S/run --count 3 --output T/a.png --sigmas 80,|--sigmas: ''",
        "sample --run S/run --count 3 --output T/a.png --sigmas NaN|--sigmas: NaN",
        "sample --run S/run --count 3 --output T/a.png --sigmas 0.8,80|--sigmas: 0.8 comes first",
        "sample --run S/run --count 3 --output T/a.png --sigmas 80,8,8|--sigmas: 8.0 does not",
        "sample --run S/run --count 3 --output T/a.png --sigmas 81|--sigmas: 81.0",
        "sample --run S/run --count 3 --output T/a.png --sigmas 80,0.001|--sigmas: 0.001",
        "sample --run S/run --count 3 --output T/a.png --solver heun|--solver: is for score models",
        "sample --model S/export --count 3 --output T/a.png --solver euler|--solver: is for score",
        "sample --run S/run --count 3 --output T/a.png --steps 0|--steps: '0' is not a whole",
        "sample --run S/run --count 3 --output T/a.png --steps 101|--steps: '101' is not a whole",
        "sample --run S/export --count 3 --output T/a.png|S/export: is an export, not a run; give it as",
        "sample --model S/run --count 3 --output T/a.png|S/run: is a run, not a SavedModel; give it as",
        "train --model S/run --run T/r|S/run: is a run, not a SavedModel; give --config S/run/config",
        "export --run S/export --output T/e|S/export: is a SavedModel, not a run",
        "sample --run S/run --count 3 --output T/a.png --sigmas 80 --steps 5|--sigmas or --steps",
        "sample --model S/score --count 3 --output T/a.png --solver rk4|--solver: 'rk4' is not a",
        "sample --model S/score --count 3 --output T/a.png --steps 1|--steps: '1' is not a whole",
        "sample --model S/score --count 3 --output T/a.png --sigmas 70,1|--sigmas: 70.0 comes first",
        "export --run S/run|--output is missing",
        "export --run S/none --output T/e|S/none: no run is there",
        "export --run S/run --output S/export|S/export: already exists",
        "export --run S/run --output T/e.pt|no format is written as .pt; name a folder",
        "export --run S/run --output T/E.CKPT|no format is written as .CKPT; name a folder",
        "export --run S/run --output T/e.safetensors --format savedmodel|leave --format out, or name",
        "export --run S/run --output T/e.safetensors --png|--png: is for --format savedmodel, not",
        "export --run S/run --output T/e --weights ema|--weights: is for --format safetensors, not",
        "inception --output T/i|--from is missing",
        "inception --from S/text.npy|--output is missing",
        "inception --from S/none.tgz --output T/i|S/none.tgz: no such file",
        "inception --from S/run --output T/i|S/run: is a folder",
        "inception --from S/text.npy --output T/i|S/text.npy: no TensorFlow graph",
        "inception --from S/text.npy --output S/export|S/export: already exists",
      })
  void badUsageIsOneLineThatNamesIt(String line, String named) throws IOException {
    assertRefused(line, named.replace("S/", shared + "/").replace("T/", folder + "/"));
    // Nothing is begun that would be in the way of the next attempt.
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void imagesOfAnotherShapeAreNamed() throws IOException {
    Path file = folder.resolve("images.npy");
    try (NpyWriter writer = new NpyWriter(file, Shape.of(4, 4, 3))) {
      writer.write(new byte[4 * 4 * 3]);
    }
    assertRefused(
        "train --config S/images.textproto --data T/images.npy --run T/r",
        file + ": images of 4 x 4");
    assertFalse(Files.exists(folder.resolve("r")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "initialize", "generate_online"})
  void aProgramWithoutASignatureIsRefusedByName(String signature) throws IOException {
    Path program = Files.createDirectories(folder.resolve("program"));
    Path extra = Files.createDirectories(program.resolve("assets.extra"));
    Files.copy(
        shared.resolve("program/assets.extra/experiment.textproto"),
        extra.resolve("experiment.textproto"));
    SavedModel.Builder model =
        SavedModel.parseFrom(Files.readAllBytes(shared.resolve("program/saved_model.pb")))
            .toBuilder();
    model.getMetaGraphsBuilder(0).removeSignatureDef(signature);
    Files.write(program.resolve("saved_model.pb"), model.build().toByteArray());
    assertRefused(
        "train --model T/program --run T/r",
        program + ": the SavedModel has no signature '" + signature + "'");
    assertFalse(Files.exists(folder.resolve("r")));
  }

  @Test
  void aPortThatIsTakenIsNamedBeforeAModelIsLoaded() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          "serve --model S/export --port " + taken.getLocalPort(),
          "can't listen at 127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void aFolderOfVersionsIsFoundByItsNearName() throws IOException {
    Path version = Files.createDirectories(folder.resolve("photos/1"));
    Files.createFile(version.resolve("saved_model.pb"));
    assertRefused("serve --model T/phtos", "; did you mean " + folder.resolve("photos") + "?");
  }

  @Test
  void aRunWithoutItsProgramOrACheckpointIsNamed() throws IOException {
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.copy(shared.resolve("run/config.textproto"), run.resolve("config.textproto"));
    assertRefused("sample --run T/run --count 1 --output T/a.png", run + "/program: missing");
    assertRefused("export --run T/run --output T/e", run + ": has no checkpoint yet");
  }

  @Test
  void everyCommandShowsItsHelp() {
    Stream.of("train", "build", "sample", "export", "inception")
        .forEach(
            name -> {
              CommandRun help = CommandRun.done(name, "--help");
              assertTrue(help.out().startsWith("usage: couplet " + name), help.out());
              assertTrue(help.out().contains("example: couplet " + name), help.out());
              assertEquals("", help.err());
            });
  }
}
