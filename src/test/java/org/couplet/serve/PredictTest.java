package org.couplet.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SmallExperiments;
import org.couplet.report.Json;
import org.couplet.serving.ServingLimits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code :predict} with a tiny UNet that is told one of three classes. */
@Tag("long")
class PredictTest {
  private static final String MODEL = "/v1/models/shapes";

  @TempDir private static Path shared = Path.of("");
  private static Path export = shared;
  private static TestServer server;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void serve() throws IOException {
    String text = SmallExperiments.FLAT_UNET.replaceFirst("network \\{", "network { label_dim: 3");
    Path config = SmallExperiments.write(shared, text);
    Path run = shared.resolve("run");
    export = shared.resolve("shapes");
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 3);
    CommandRun.done("export", "--run", run, "--output", export, "--png");
    server = new TestServer(export, Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static HttpResponse<String> predict(String body) throws Exception {
    return server.post(MODEL + ":predict", body);
  }

  private static JsonObject outputs(String body) throws Exception {
    HttpResponse<String> answer = predict(body);
    assertEquals(200, answer.statusCode(), answer.body());
    return Json.GSON.fromJson(answer.body(), JsonObject.class).getAsJsonObject("outputs");
  }

  private static String sample(int count, String labels, String sigmas) {
    return "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 7, \"count\": %d, \"labels\": %s, \"sigmas\": %s}}"
        .formatted(count, labels, sigmas);
  }

  private static void assertRefused(String reason, String body) throws Exception {
    HttpResponse<String> answer = predict(body);
    assertEquals(400, answer.statusCode(), answer.body());
    String error = Json.GSON.fromJson(answer.body(), JsonObject.class).get("error").getAsString();
    assertTrue(error.contains(reason), error);
    assertFalse(error.contains(shared.toString()) || error.contains("export"), error);
  }

  private static double[] flat(JsonElement json) {
    List<Double> values = new ArrayList<>();
    collect(json, values);
    return values.stream().mapToDouble(value -> value).toArray();
  }

  private static void collect(JsonElement json, List<Double> values) {
    if (json.isJsonArray()) {
      json.getAsJsonArray().forEach(element -> collect(element, values));
    } else {
      values.add(json.getAsDouble());
    }
  }

  /** Statuses, names and nesting as https://www.tensorflow.org/tfx/serving/api_rest has them. */
  @Test
  void statusMetadataAndErrorsHaveTheFormOfTensorFlowServing() throws Exception {
    assertJson(
        """
        {"model_version_status": [
          {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
        ]}
        """,
        json(200, get(MODEL)));
    assertJson(
        """
        {"model_spec": {"name": "shapes", "signature_name": "", "version": "1"},
         "metadata": {"signature_def": {"signature_def": {"generate": {
           "inputs": {
             "labels": {
               "dtype": "DT_INT32",
               "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": false},
               "name": "generate_labels:0"},
             "noise": {
               "dtype": "DT_FLOAT",
               "tensor_shape": {
                 "dim": [{"size": "-1", "name": ""}, {"size": "8", "name": ""},
                         {"size": "8", "name": ""}, {"size": "3", "name": ""}],
                 "unknown_rank": false},
               "name": "generate_noise:0"},
             "sigma": {
               "dtype": "DT_FLOAT",
               "tensor_shape": {"dim": [], "unknown_rank": true},
               "name": "generate_sigma:0"}},
           "outputs": {"images_png_bytes": {
             "dtype": "DT_STRING",
             "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": false},
             "name": "generate_images_png_bytes:0"}},
           "method_name": "tensorflow/serving/predict"}}}}}
        """,
        metadataOfOne(json(200, get(MODEL + "/versions/1/metadata"))));
    assertJson("{\"error\": \"0\"}", form(json(404, get("/v1/models/half"))));
    assertJson("{\"error\": \"0\"}", form(json(404, server.post("/v1/models/half:predict", "{}"))));
    assertJson("{\"error\": \"0\"}", form(json(400, predict("{\"instances\": 1, \"inputs\": 1}"))));
  }

  @Test
  void predictionsHaveTheFormOfTensorFlowServing() throws Exception {
    // In columns: an object, or of one output its values.
    assertJson(
        """
        {"outputs": {"rho": 7.0, "sigma_max": 80.0, "sigma_min": 0.002}}
        """,
        json(200, predict("{\"signature_name\": \"range\", \"inputs\": {}}")));
    String columns =
        "{\"signature_name\": \"generate\", \"inputs\": {\"noise\": [%1$s, %1$s], \"sigma\": 80, \"labels\": [0, 2]}}";
    assertJson(
        """
        {"outputs": {"images": [[[[0]]]], "images_png_bytes": [{"b64": "0"}], "x_hat": [[[[0]]]]}}
        """,
        form(json(200, predict(columns.formatted(noise())))));
    assertJson(
        """
        {"outputs": [[[[0]]]]}
        """,
        form(
            json(
                200,
                predict(
                    "{\"signature_name\": \"noise\", \"inputs\": {\"seed\": 1, \"draw\": 0, \"first\": 0, \"count\": 2}}"))));
    // In rows: a list.
    assertJson(
        """
        {"predictions": [{"images": [[[0]]], "images_png_bytes": {"b64": "0"}, "x_hat": [[[0]]]}]}
        """,
        form(
            json(
                200,
                predict(
                    "{\"instances\": [{\"noise\": %1$s, \"labels\": 0}, {\"noise\": %1$s, \"labels\": 1}]}"
                        .formatted(noise())))));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(server.uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonElement json(int status, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals("application/json", answer.headers().firstValue("Content-Type").orElse(""));
    return JsonParser.parseString(answer.body());
  }

  private static void assertJson(String expected, JsonElement answer) {
    assertEquals(JsonParser.parseString(expected), answer);
  }

  // With one signature and one of its outputs.
  private static JsonElement metadataOfOne(JsonElement metadata) {
    JsonObject signatures =
        metadata
            .getAsJsonObject()
            .getAsJsonObject("metadata")
            .getAsJsonObject("signature_def")
            .getAsJsonObject("signature_def");
    signatures.keySet().retainAll(Set.of("generate"));
    JsonObject outputs = signatures.getAsJsonObject("generate").getAsJsonObject("outputs");
    assertEquals(Set.of("images", "images_png_bytes", "x_hat"), outputs.keySet());
    outputs.keySet().retainAll(Set.of("images_png_bytes"));
    return metadata;
  }

  // Numbers and strings become 0, and lists of values of one form become one of these.
  private static JsonElement form(JsonElement json) {
    if (json.isJsonPrimitive()) {
      return json.getAsJsonPrimitive().isString() ? new JsonPrimitive("0") : new JsonPrimitive(0);
    }
    if (json.isJsonArray()) {
      JsonArray forms = new JsonArray();
      json.getAsJsonArray().asList().stream().map(PredictTest::form).distinct().forEach(forms::add);
      return forms;
    }
    JsonObject forms = new JsonObject();
    json.getAsJsonObject().asMap().forEach((name, value) -> forms.add(name, form(value)));
    return forms;
  }

  @Test
  void stringsAreTextUnlessTheirNameEndsInBytes() throws Exception {
    JsonObject classes = outputs("{\"signature_name\": \"classes\", \"inputs\": {}}");
    assertEquals(
        JsonParser.parseString("[\"disc\", \"square\", \"triangle\"]"), classes.get("class_names"));
    JsonArray files = outputs(sample(2, "[0, 1]", "[80]")).getAsJsonArray("images_png_bytes");
    assertEquals(2, files.size());
    files.forEach(file -> assertTrue(file.getAsJsonObject().has("b64"), file::toString));
  }

  @Test
  void samplesInSeveralPartsAreThoseOfTheCommandToTheBit() throws Exception {
    Path file = folder.resolve("samples.npz");
    CommandRun.done(
        (Object[])
            ("sample --model "
                    + export
                    + " --count 205 --seed 7 --class all --sigmas 80,0.8 --output "
                    + file)
                .split(" ", -1));
    List<Integer> labels = IntStream.range(0, 205).mapToObj(row -> row % 3).toList();
    JsonObject outputs = outputs(sample(205, labels.toString(), "[80, 0.8]"));
    assertArrayEquals(Npz.get(Npz.read(file), "arr_0").doubles(), flat(outputs.get("images")));
    assertEquals(205, outputs.getAsJsonArray("x_hat").size());
    assertEquals(205, outputs.getAsJsonArray("images_png_bytes").size());
  }

  @Test
  void labelsThatAreNoClassAreRefused() throws Exception {
    assertRefused("labels: 99 is not a class; give numbers from 0 to 2", sample(1, "[99]", "[80]"));
    assertRefused("labels: -5 is not a class", sample(2, "[0, -5]", "[80]"));
    assertRefused(
        "labels: 3 is not a class",
        "{\"instances\": [{\"noise\": %s, \"labels\": 3}]}".formatted(noise()));
  }

  @Test
  void levelsThatDoNotFallFromTheHighestAreRefused() throws Exception {
    assertRefused("sigmas: 0.5 comes first", sample(1, "[0]", "[0.5, 80, -3]"));
    assertRefused("sigmas: -3.0 does not fall", sample(1, "[0]", "[80, -3]"));
    assertRefused("sigmas: more than 100 levels", sample(1, "[0]", levels(101)));
    assertRefused(
        "sigma: -3.0 is below",
        "{\"signature_name\": \"generate\", \"inputs\": {\"noise\": [%s], \"sigma\": -3, \"labels\": [0]}}"
            .formatted(noise()));
  }

  @Test
  void inputsOfDifferentNumbersOfRowsAreRefused() throws Exception {
    assertRefused("different numbers of rows: count 2, labels 1", sample(2, "[1]", "[80]"));
  }

  @Test
  void aLevelIsOneNumberOrAListOfOneForEachRow() throws Exception {
    String generate =
        "{\"signature_name\": \"generate\", \"inputs\": {\"noise\": [%s], \"sigma\": %s, \"labels\": [0]}}";
    assertRefused("sigma: give one noise level, or a list", generate.formatted(noise(), "[[80]]"));
    // The first lists promise 8e9 numbers.
    String zeros = ",0".repeat(1999);
    String sigma = "[[[0%1$s]%1$s]%1$s]".formatted(zeros);
    assertRefused("sigma: its lists are not all of the same", generate.formatted(noise(), sigma));
  }

  // Of a consistency model; falling.
  private static String levels(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Double.toString(80 - i / 2.0))
        .toList()
        .toString();
  }

  private static String noise() {
    JsonArray pixel = repeated(1.5);
    return repeated(repeated(pixel, 8), 8).toString();
  }

  private static JsonArray repeated(double value) {
    JsonArray values = new JsonArray();
    IntStream.range(0, 3).forEach(i -> values.add(value));
    return values;
  }

  private static JsonArray repeated(JsonArray one, int times) {
    JsonArray values = new JsonArray();
    IntStream.range(0, times).forEach(i -> values.add(one));
    return values;
  }

  @Test
  void theLimitOfRowsIsOneOfSamplesNotOfLevels() throws Exception {
    try (TestServer small = new TestServer(export, TestServer.LIMITS, 1)) {
      HttpResponse<String> one = small.post(MODEL + ":predict", sample(1, "[0]", "[80, 0.8, 0.1]"));
      assertEquals(200, one.statusCode(), one.body());
      HttpResponse<String> two = small.post(MODEL + ":predict", sample(2, "[0, 1]", "[80]"));
      assertEquals(400, two.statusCode());
      assertTrue(two.body().contains("count: 2 rows; a call may have from 0 to 1"), two.body());
      // Without a count as many as there may be: one, eight times as large.
      byte[] grid = small.get("/v1/images").body();
      assertEquals(64, ImageIO.read(new ByteArrayInputStream(grid)).getWidth());
    }
  }

  @Test
  @Timeout(120)
  void theDeadlineIsThatOfTheWholeCall() throws Exception {
    int rows = 1000;
    String path = "/v1/images?steps=5&count=" + rows;
    long whole;
    try (TestServer patient = new TestServer(export, TestServer.LIMITS, rows)) {
      assertEquals(200, patient.get(path).statusCode());
      whole = nanos(() -> assertEquals(200, patient.get(path).statusCode()));
    }
    // Enough for any of the ten parts.
    try (TestServer hasty = new TestServer(export, limits(whole / 4), rows)) {
      while (hasty.get("/v1/images?steps=5&count=100").statusCode() != 200) {
        Thread.sleep(10);
      }
      assertEquals(504, hasty.get(path).statusCode());
    }
  }

  @Test
  void samplesThatAreLateAreNotComputedToTheEnd() throws Exception {
    String labels = Collections.nCopies(200, 0).toString();
    String body = sample(200, labels, levels(100));
    long whole = nanos(() -> assertEquals(200, predict(body).statusCode()));
    try (TestServer hasty = new TestServer(export, limits(whole / 10))) {
      assertEquals(504, hasty.post(MODEL + ":predict", body).statusCode());
      // Waits for what is being computed.
      long rest = nanos(() -> hasty.model().close());
      assertTrue(rest < whole / 2, () -> rest + " ns after the deadline, of " + whole);
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static long nanos(Work work) throws Exception {
    long begun = System.nanoTime();
    work.run();
    return System.nanoTime() - begun;
  }

  private static ServingLimits limits(long deadlineNanos) {
    return new ServingLimits(16, Duration.ofMillis(2), 1000, Duration.ofNanos(deadlineNanos));
  }
}
