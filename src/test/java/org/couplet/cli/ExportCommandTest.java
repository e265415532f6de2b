package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.program.Bytes;
import org.couplet.program.Floats;
import org.couplet.release.proto.PredictRequest;
import org.couplet.release.proto.PredictionLog;
import org.couplet.report.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** What {@code couplet export} writes, of a tiny UNet. */
@Tag("long")
class ExportCommandTest {
  private static final int STEPS = 5;

  @TempDir private static Path shared = Path.of("");
  private static Path run = shared;
  private static Path plain = shared;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    run = shared.resolve("run");
    plain = shared.resolve("plain");
    Path config = SmallExperiments.write(shared, SmallExperiments.FLAT_UNET);
    CommandRun.done("train", "--config", config, "--run", run, "--set", "run.steps=" + STEPS);
    CommandRun.done("export", "--run", run, "--output", plain);
  }

  @Test
  void versionsLieSideBySideAndNoneIsReplacedUnasked() throws IOException {
    Path models = folder.resolve("shapes");
    for (int version : new int[] {1, 3}) {
      CommandRun.done("export", "--run", run, "--output", models, "--version", version);
    }
    try (Stream<Path> versions = Files.list(models)) {
      assertEquals(
          List.of("1", "3"), versions.map(path -> path.getFileName().toString()).sorted().toList());
    }
    CommandRun again = CommandRun.of("export", "--run", run, "--output", models, "--version", 3);
    assertEquals(ExitCode.BAD_INPUT, again.code());
    assertTrue(again.err().contains("already exists"), again.err());
    CommandRun.done("export", "--run", run, "--output", models, "--version", 3, "--overwrite");
  }

  @Test
  void aModelHoldsNoVersions() {
    CommandRun refused = CommandRun.of("export", "--run", run, "--output", plain, "--version", 1);
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertTrue(refused.err().contains("is a model itself"), refused.err());
  }

  @Test
  void damagedMetricsArePassedOver() throws IOException {
    Path damaged = folder.resolve("damaged");
    FolderContents.copy(run, damaged);
    Path metrics = damaged.resolve("metrics.jsonl");
    Files.writeString(metrics, "{\"step\":1,\"loss\"\n" + Files.readString(metrics));
    Path model = folder.resolve("model");
    CommandRun done = CommandRun.done("export", "--run", damaged, "--output", model);
    String warning = "warning: %s: damaged lines are passed over: 1".formatted(metrics);
    assertEquals(1, done.err().lines().filter(warning::equals).count(), done.err());
    String kept = "assets.extra/metrics.jsonl";
    assertEquals(Files.readString(plain.resolve(kept)), Files.readString(model.resolve(kept)));
  }

  @Test
  void choicesAreNamed() {
    CommandRun refused =
        CommandRun.of("export", "--run", run, "--output", folder.resolve("a"), "--xla", "step");
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertTrue(
        refused.err().contains("--xla step: give OFF or POINTWISE or WINOGRAD"), refused.err());
  }

  @Test
  void pngFilesShowTheImages() throws IOException {
    Path export = export("--png");
    try (SavedModelBundle bundle = load(export);
        TFloat32 noise = noise(bundle, 3);
        Result result = bundle.function("serving_default").call(Map.of("noise", noise))) {
      byte[] images = Bytes.of((TUint8) result.get("images").orElseThrow());
      TString files = (TString) result.get("images_png_bytes").orElseThrow();
      assertEquals(Shape.of(3), files.shape());
      for (int i = 0; i < 3; i++) {
        BufferedImage picture =
            ImageIO.read(new ByteArrayInputStream(files.asBytes().getObject(i)));
        byte[] row = Arrays.copyOfRange(images, i * 8 * 8 * 3, (i + 1) * 8 * 8 * 3);
        for (int pixel = 0; pixel < 8 * 8; pixel++) {
          int rgb = picture.getRGB(pixel % 8, pixel / 8);
          for (int channel = 0; channel < 3; channel++) {
            assertEquals(row[3 * pixel + channel], (byte) (rgb >> (8 * (2 - channel))));
          }
        }
      }
    }
  }

  // The row form of TensorFlow Serving gives each row its level.
  @Test
  void levelsMayDifferByRow() {
    try (SavedModelBundle bundle = load(plain);
        TFloat32 noise = noise(bundle, 2);
        TFloat32 both = TFloat32.vectorOf(80, 5)) {
      float[] mixed = estimate(bundle, Map.of("noise", noise, "sigma", both));
      int row = mixed.length / 2;
      try (TFloat32 high = TFloat32.scalarOf(80);
          TFloat32 low = TFloat32.scalarOf(5)) {
        float[] ofHigh = estimate(bundle, Map.of("noise", noise, "sigma", high));
        float[] ofLow = estimate(bundle, Map.of("noise", noise, "sigma", low));
        assertArrayEquals(Arrays.copyOf(ofHigh, row), Arrays.copyOf(mixed, row));
        assertArrayEquals(
            Arrays.copyOfRange(ofLow, row, 2 * row), Arrays.copyOfRange(mixed, row, 2 * row));
      }
    }
  }

  @Test
  void noLevelsStandForTheHighest() {
    try (SavedModelBundle bundle = load(plain);
        TInt64 seed = TInt64.scalarOf(1);
        TInt64 count = TInt64.scalarOf(2);
        TFloat32 none = TFloat32.tensorOf(Shape.of(0));
        TFloat32 top = TFloat32.vectorOf(80)) {
      assertArrayEquals(
          sample(bundle, Map.of("seed", seed, "count", count, "sigmas", top)),
          sample(bundle, Map.of("seed", seed, "count", count, "sigmas", none)));
    }
  }

  // Near, not equal: rounding to 8 bits, and XLA's order of operations.
  @ParameterizedTest
  @CsvSource({"bfloat16, off, 0.2", "float32, pointwise, 1e-4", "float32, winograd, 1e-4"})
  void otherPrecisionsAndXlaMakeNearlyTheSame(String precision, String xla, double most)
      throws IOException {
    Path export = export("--precision", precision, "--xla", xla);
    try (SavedModelBundle expected = load(plain);
        SavedModelBundle other = load(export);
        TFloat32 noise = noise(expected, 5);
        TFloat32 sigma = TFloat32.scalarOf(80)) {
      float[] exact = estimate(expected, Map.of("noise", noise, "sigma", sigma));
      float[] near = estimate(other, Map.of("noise", noise, "sigma", sigma));
      for (int i = 0; i < exact.length; i++) {
        assertEquals(exact[i], near[i], most);
      }
    }
  }

  @Test
  void theCardAndTheFactsSayWhatItIs() throws IOException {
    Path export = export("--version", "2", "--license", "CC0-1.0");
    JsonObject facts =
        Json.GSON.fromJson(Files.readString(export.resolve("model.json")), JsonObject.class);
    assertEquals("export", facts.get("name").getAsString());
    assertEquals(2, facts.get("version").getAsInt());
    assertEquals(STEPS, facts.get("step").getAsInt());
    assertEquals(50, facts.get("data_count").getAsInt());
    assertEquals("CC0-1.0", facts.get("license").getAsString());
    facts
        .getAsJsonObject("signatures")
        .asMap()
        .forEach(
            (name, signature) ->
                assertEquals(
                    List.of("inputs", "outputs"),
                    List.copyOf(signature.getAsJsonObject().keySet()),
                    name));
    assertTrue(facts.getAsJsonObject("metrics").get("loss").getAsDouble() > 0);
    assertEquals(
        Files.readString(export.resolve("assets.extra/experiment.textproto")),
        facts.get("experiment").getAsString());
    String card = Files.readString(export.resolve("MODEL_CARD.md"));
    for (String part :
        List.of(
            "# export, version 2",
            "| licence | CC0-1.0 |",
            "images of 8 x 8 pixels with 3 channels",
            "| trained | 5 steps of 4 |",
            "generator-induced (GC), mu 0.5")) {
      assertTrue(card.contains(part), card);
    }
    assertEquals(
        Files.readString(run.resolve("metrics.jsonl")).lines().count(),
        Files.readString(export.resolve("assets.extra/metrics.jsonl")).lines().count());
  }

  @Test
  void warmUpRequestsAreCallsOfItsSignatures() throws IOException {
    List<PredictRequest> requests = new ArrayList<>();
    ByteBuffer file =
        ByteBuffer.wrap(
                Files.readAllBytes(plain.resolve("assets.extra/tf_serving_warmup_requests")))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (file.hasRemaining()) {
      byte[] message = new byte[(int) file.getLong()];
      file.getInt();
      file.get(message);
      file.getInt();
      requests.add(PredictionLog.parseFrom(message).getPredictLog().getRequest());
    }
    assertEquals(
        List.of("serving_default", "sample"),
        requests.stream().map(request -> request.getModelSpec().getSignatureName()).toList());
    try (SavedModelBundle bundle = load(plain)) {
      for (PredictRequest request : requests) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (String input : request.getInputsMap().keySet()) {
          inputs.put(input, tensor(TensorProto.parseFrom(request.getInputsOrThrow(input))));
        }
        try (Result result =
            bundle.function(request.getModelSpec().getSignatureName()).call(inputs)) {
          assertEquals(Shape.of(1, 8, 8, 3), result.get("images").orElseThrow().shape());
        }
        inputs.values().forEach(Tensor::close);
      }
    }
  }

  private static Tensor tensor(TensorProto proto) {
    if (proto.getDtype() == DataType.DT_INT64) {
      return TInt64.scalarOf(proto.getInt64Val(0));
    }
    assertEquals(DataType.DT_FLOAT, proto.getDtype());
    Shape shape =
        Shape.of(
            proto.getTensorShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray());
    float[] values = new float[(int) shape.size()];
    Arrays.fill(values, proto.getFloatVal(0));
    TFloat32 tensor = TFloat32.tensorOf(shape);
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }

  private Path export(String... options) {
    Path export = folder.resolve("export");
    List<Object> arguments = new ArrayList<>(List.of("export", "--run", run, "--output", export));
    arguments.addAll(List.of(options));
    CommandRun.done(arguments.toArray());
    return options[0].equals("--version") ? export.resolve(options[1]) : export;
  }

  private static SavedModelBundle load(Path export) {
    return SavedModelBundle.load(export.toString(), "serve");
  }

  private static TFloat32 noise(SavedModelBundle bundle, int rows) {
    try (TInt64 zero = TInt64.scalarOf(0);
        TInt64 count = TInt64.scalarOf(rows)) {
      return (TFloat32)
          bundle
              .function("noise")
              .call(Map.of("seed", zero, "draw", zero, "first", zero, "count", count))
              .get("noise")
              .orElseThrow();
    }
  }

  private static float[] estimate(SavedModelBundle bundle, Map<String, TType> inputs) {
    return call(bundle, "generate", inputs);
  }

  private static float[] sample(SavedModelBundle bundle, Map<String, TType> inputs) {
    return call(bundle, "sample", inputs);
  }

  private static float[] call(
      SavedModelBundle bundle, String signature, Map<String, TType> inputs) {
    try (Result result = bundle.function(signature).call(new HashMap<>(inputs))) {
      return Floats.of((TFloat32) result.get("x_hat").orElseThrow());
    }
  }
}
