package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.foreign.ForeignFiles;
import org.couplet.foreign.ForeignWeights;
import org.couplet.network.Reference;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** {@code couplet import} of the files of {@code tools/reference/foreign.py}, and the way back. */
@Tag("long")
class ImportCommandTest {
  private static final int[] CLASSES = {2, -1, 0, 1};

  @TempDir private static Path shared = Path.of("");
  private static Path score = shared;
  private static Path consistency = shared;
  private static String said = "";

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void importRuns() throws IOException {
    score = shared.resolve("score");
    consistency = shared.resolve("consistency");
    said = imported("ncsnpp.pkl", consistency).out();
    imported("ddpmpp.pkl", score);
  }

  private static CommandRun imported(String name, Path run) throws IOException {
    return CommandRun.done(
        "import",
        "--from",
        ForeignFiles.put(shared, name),
        "--output",
        run,
        "--set",
        "run.batch_size=2",
        "--set",
        "runtime.xla=OFF");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddpmpp.pt", "ddpmpp_stream.pt", "ddpmpp.safetensors"})
  void otherFormatsMakeTheSameRun(String name) throws IOException {
    Path run = folder.resolve("run");
    imported(name, run);
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(score, 1), SavedVariables.ofRun(run, 1)));
  }

  @Test
  void theWeightsAreAlsoTheirAverageAndSlotsAreZero() {
    Map<String, double[]> variables = SavedVariables.ofRun(score, 1);
    double[] weight = SavedVariables.get(variables, "enc/8x8_conv/weight");
    assertArrayEquals(weight, SavedVariables.get(variables, "ema/enc/8x8_conv/weight"));
    assertArrayEquals(
        new double[weight.length], SavedVariables.get(variables, "lion/m/enc/8x8_conv/weight"));
    assertArrayEquals(new double[] {1}, SavedVariables.get(variables, "step"));
  }

  @Test
  void theScoreModelComputesWhatPyTorchDoes() throws IOException {
    Reference expected = expected();
    try (SavedModelBundle bundle = exported(score);
        TFloat32 points = images(expected.values("x"));
        TFloat32 sigma = TFloat32.vectorOf(expected.values("sigma"));
        Result result =
            bundle.function("serving_default").call(Map.of("points", points, "sigma", sigma))) {
      assertNear(expected.values("ddpmpp"), result);
    }
  }

  @Test
  void admComputesWhatPyTorchDoes() throws IOException {
    Path run = folder.resolve("adm");
    imported("adm.pkl", run);
    Reference expected = expected();
    try (SavedModelBundle bundle = exported(run);
        TFloat32 points = images(expected.values("x"));
        TFloat32 sigma = TFloat32.vectorOf(expected.values("sigma"));
        TInt32 labels = TInt32.vectorOf(CLASSES);
        Result result =
            bundle
                .function("serving_default")
                .call(Map.of("points", points, "sigma", sigma, "labels", labels))) {
      assertNear(expected.values("adm"), result);
    }
    Path file = folder.resolve("adm.safetensors");
    CommandRun.done("export", "--run", run, "--format", "safetensors", "--output", file);
    assertNamesOfEdm(shared.resolve("adm.pkl"), file);
  }

  @Test
  void theConsistencyModelComputesWhatPyTorchDoes() throws IOException {
    Reference expected = expected();
    try (SavedModelBundle bundle = exported(consistency);
        TFloat32 noise = images(expected.values("x"));
        TFloat32 sigma = TFloat32.vectorOf(expected.values("sigma"));
        TInt32 labels = TInt32.vectorOf(CLASSES);
        Result result =
            bundle
                .function("generate")
                .call(Map.of("noise", noise, "sigma", sigma, "labels", labels))) {
      assertNear(expected.values("ncsnpp"), result);
    }
  }

  @Test
  void whatIsTakenAndLeftOutIsSaidAndKept() throws IOException {
    String config = Files.readString(consistency.resolve("config.textproto"));
    String history = Files.readString(consistency.resolve("history.jsonl"));
    for (String note :
        new String[] {
          "model.map_augment.weight: only used with augmentation",
          "5 buffers resample_filter: the network has them as constants",
          "boundary at sigma_min = 0.003"
        }) {
      assertTrue(said.contains(note), said);
      assertTrue(config.contains(note), config);
      assertTrue(history.contains(note), history);
    }
    assertTrue(config.contains("sigma_min: 0.003"), config);
    assertTrue(config.contains("dropout: 0.13"), config);
    assertTrue(said.contains("a consistency model of"), said);
  }

  // c_skip and c_out of EDM at sigma 0.002 with data of deviation 0.5.
  @Test
  void anotherBoundaryIsSaidInNumbers() throws IOException {
    Path file = ForeignFiles.put(folder, "ddpmpp.safetensors");
    CommandRun run =
        CommandRun.done(
            "import",
            "--from",
            file,
            "--output",
            folder.resolve("run"),
            "--set",
            "consistency.sigma_min=0.002",
            "--set",
            "runtime.xla=OFF");
    assertTrue(run.out().contains("it is 0.999984 x + 0.002000 F at sigma_min = 0.002"), run.out());
    assertTrue(run.out().contains("2.5e-05 of itself larger"), run.out());
    assertTrue(run.out().contains("dropout is not recorded"), run.out());
  }

  // The pickle has three classes; how many images of each there were is not in it.
  @Test
  void classesOfUnknownSharesAreDrawnEquallyAndThatIsSaid() {
    exported(consistency).close();
    try (SamplingProgram program = SamplingProgram.load(folder.resolve("export"), 0)) {
      assertEquals(Optional.of("classes in equal shares"), ClassesTest.drawn(program));
    }
  }

  @Test
  void anImportedRunIsSampled() throws IOException {
    Path grid = folder.resolve("grid.png");
    CommandRun.done("sample", "--run", consistency, "--count", 2, "--output", grid);
    assertTrue(Files.size(grid) > 0);
  }

  @Test
  void aRunStartsFromItAndItsExportsAreImportedBitForBit() throws IOException {
    String network =
        Files.readString(consistency.resolve("config.textproto"))
            .replaceFirst("(?s).*?\n(network \\{.*?\n\\}\n).*", "$1");
    String text =
        SmallExperiments.score(SmallExperiments.UNET)
            .replaceFirst("(?s)network \\{.*?\n\\}\n", network);
    Path config = SmallExperiments.write(folder, text);
    Path child = folder.resolve("child");
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        child,
        "--steps",
        2,
        "--set",
        "run.start_from=" + consistency);
    Map<String, double[]> trained = SavedVariables.ofRun(child, 2);
    double moved =
        SavedVariables.relativeDifference(
            SavedVariables.ofRun(consistency, 1), trained, List.of("enc/8x8_conv/weight"));
    assertTrue(moved > 0 && moved < 0.1, moved + "");
    for (String weights : List.of("ema", "online")) {
      Path file = folder.resolve(weights + ".safetensors");
      CommandRun.done(
          "export",
          "--run",
          child,
          "--format",
          "safetensors",
          "--weights",
          weights,
          "--output",
          file);
      Path back = folder.resolve(weights);
      CommandRun again =
          CommandRun.done("import", "--from", file, "--output", back, "--set", "runtime.xla=OFF");
      assertFalse(again.out().contains("recorded"), again.out());
      Map<String, double[]> expected = new TreeMap<>();
      Map<String, double[]> found = new TreeMap<>();
      SavedVariables.ofRun(back, 1)
          .forEach(
              (name, values) -> {
                if (name.startsWith("ema/")) {
                  found.put(name, values);
                  expected.put(
                      name,
                      SavedVariables.get(
                          trained, weights.equals("ema") ? name : name.substring(4)));
                }
              });
      assertEquals(Optional.empty(), SavedVariables.firstDifference(expected, found));
      assertTrue(found.size() > 50, found.keySet().toString());
    }
  }

  // What load_state_dict(strict=True) of EDM's code asks for: its names, weights and buffers.
  @Test
  void anExportHasTheNamesAndShapesOfEdm() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    // The ending says the format.
    CommandRun.done("export", "--run", consistency, "--output", file);
    assertNamesOfEdm(shared.resolve("ncsnpp.pkl"), file);
    Path other = folder.resolve("weights.bin");
    CommandRun.done("export", "--run", consistency, "--format", "safetensors", "--output", other);
    assertEquals(-1, Files.mismatch(file, other));
  }

  private static void assertNamesOfEdm(Path pickle, Path file) throws IOException {
    try (ForeignWeights own = ForeignWeights.open(file, Optional.empty());
        ForeignWeights edm = ForeignWeights.open(pickle, Optional.empty())) {
      Map<String, String> expected = shapes(edm);
      expected.remove("model.map_augment.weight");
      assertEquals(expected, shapes(own));
      for (String name :
          new String[] {
            "img_resolution",
            "img_channels",
            "model_type",
            "model_channels",
            "channel_mult",
            "num_blocks",
            "attn_resolutions",
            "embedding_type",
            "encoder_type",
            "label_dim",
            "channels_per_head"
          }) {
        assertEquals(edm.recorded().get(name), own.recorded().get(name), name);
      }
    }
  }

  private static Map<String, String> shapes(ForeignWeights weights) {
    Map<String, String> shapes = new TreeMap<>();
    weights.tensors().forEach((name, tensor) -> shapes.put(name, Arrays.toString(tensor.shape())));
    return shapes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.pkl", "evil.pt"})
  void aHostileFileIsRefusedAndNothingIsLeft(String name) throws IOException {
    Path run = folder.resolve("run");
    CommandRun refused =
        CommandRun.of("import", "--from", ForeignFiles.put(folder, name), "--output", run);
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertFalse(Files.exists(run));
    assertFalse(Files.exists(Path.of("executed")));
  }

  // Changes of a text in a file, of the same length so that sizes stay right.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"training.networks.ECMPrecond\" | \"training.nets.iDDPMPrecond\"   | preconditioning is iDDPM",
        "aux_residual.bias | aux_resid_al.bias | enc.4x4_aux_residual.bias is missing",
        "enc.8x8_conv.bias | enc.8x8_aux_skips | of EDM's type skip",
        "map_layer0.weight | map_layer2.weight | not those of one network",
        "\"shape\":[16,8] | \"shape\":[8,16] | embedding has 8 channels",
        "\"shape\":[4,16] | \"shape\":[16,4] | is [16, 4], not [4, 16]",
        "\"F32\",\"shape\":[4] | \"I32\",\"shape\":[4] | is of the type int32; save the weights as float32",
        "\"F32\",\"shape\":[16,8] | \"F99\",\"shape\":[16,8] | map_layer0.weight is of the type F99",
        "map_layer1.bias | map_layer1.bixs | map_layer1.bias is missing",
        "conv0.resample_filter | conv0.resample_flters | has no place in the network"
      })
  void networksThatCoupletHasNotAreRefused(String from, String to, String problem)
      throws IOException {
    String other = to + " ".repeat(from.length() - to.length());
    assertRefused(problem, text -> text.replace(from, other));
  }

  @Test
  void aWeightThatIsNotFiniteIsRefused() throws IOException {
    // The last value, of a bias: the upper half of a NaN.
    assertRefused("not finite", text -> text.substring(0, text.length() - 2) + "\u00c0\u007f");
  }

  @Test
  void anotherFilterIsRefused() throws IOException {
    // The second row of NCSN++'s filter, 3, 9, 9 and 3 of 64 as float32: its second value.
    String row = "\u0000\u0000@=\u0000\u0000\u0010>\u0000\u0000\u0010>";
    assertRefused(
        "another filter", text -> text.replaceFirst(row, row.replaceFirst("\u0010", "\u0011")));
  }

  // Levels by their names alone: the tensors are as small as before.
  @Test
  void aResolutionThatNoConfigMayHaveIsRefused() throws IOException {
    assertRefused(
        "resolution: must be in [1, 4096], got 65536",
        text -> text.replace("8x8", "65536x65536").replace("4x4", "32768x32768"));
  }

  @Test
  void moreBlocksThanAreImportedAreRefused() throws IOException {
    String block =
        "\"model.enc.8x8_block%d.conv0.weight\":{\"dtype\":\"F32\",\"shape\":[0,0,3,3],\"data_offsets\":[0,0]},";
    StringBuilder blocks = new StringBuilder("{");
    for (int i = 1; i < 128; i++) {
      blocks.append(block.formatted(i));
    }
    assertRefused(
        "its encoder has 129 blocks, more than the 128 that are imported",
        text -> text.replaceFirst("\\{", blocks.toString()));
  }

  @Test
  void anInterruptedImportLeavesNothing() throws Exception {
    Path words = shared.resolve("interrupted.txt");
    Process process =
        CommandProcess.start(
            words,
            Map.of(),
            "import",
            "--from",
            ForeignFiles.put(shared, "ddpmpp.pkl"),
            "--output",
            folder.resolve("run"));
    assertEquals(ExitCode.INTERRUPTED, CommandProcess.endedWriting(folder, process));
    String said = Files.readString(words);
    assertTrue(said.contains("stopping after building the run's program"), said);
    assertTrue(said.contains("couplet import: interrupted; nothing was written"), said);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void anAddressIsToBeDownloadedFirst() {
    CommandRun refused =
        CommandRun.of(
            "import",
            "--from",
            "https://example.org/edm.pkl?v=1&d",
            "--output",
            folder.resolve("run"));
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertEquals(
        "couplet import: --from https://example.org/edm.pkl?v=1&d: is an address; download it"
            + " first (curl -LO 'https://example.org/edm.pkl?v=1&d') and give the file",
        refused.err().strip());
  }

  // A change of the header changes its length, which the first eight bytes say.
  private void assertRefused(String problem, UnaryOperator<String> change) throws IOException {
    Path file = folder.resolve("weights.safetensors");
    CommandRun.done("export", "--run", consistency, "--format", "safetensors", "--output", file);
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    String changed = change.apply(text);
    assertNotEquals(text, changed);
    byte[] bytes = changed.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(0, header.getLong(0) + changed.length() - text.length());
    Files.write(file, bytes);
    Path run = folder.resolve("run");
    CommandRun refused = CommandRun.of("import", "--from", file, "--output", run);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.out());
    assertTrue(refused.err().contains(problem), refused.err());
    assertFalse(Files.exists(run));
  }

  private static Reference expected() throws IOException {
    return new Reference(Npz.read(ForeignFiles.put(shared, "expected.npz")));
  }

  private static TFloat32 images(float[] values) {
    TFloat32 images = TFloat32.tensorOf(Shape.of(4, 8, 8, 3));
    images.asRawTensor().data().asFloats().write(values);
    return images;
  }

  private SavedModelBundle exported(Path run) {
    Path export = folder.resolve("export");
    CommandRun.done("export", "--run", run, "--output", export);
    return SavedModelBundle.load(export.toString(), "serve");
  }

  private static void assertNear(float[] expected, Result result) {
    float[] found = Floats.of((TFloat32) result.get("x_hat").orElseThrow());
    assertEquals(expected.length, found.length);
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], 1e-5 * Math.max(1, largest));
    }
  }
}
