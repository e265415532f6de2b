package org.couplet.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SmallExperiments;
import org.couplet.report.Json;
import org.couplet.serving.ServedModel;
import org.couplet.serving.ServingLimits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server, called as clients call it, with a tiny UNet. */
@Tag("long")
class ServeTest {
  private static final int VALUES = 8 * 8 * 3;
  private static final String PREDICT = "/v1/models/shapes:predict";

  @TempDir private static Path shared = Path.of("");
  private static Path run = shared;
  private static Path models = shared;
  private static TestServer server;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void serve() throws IOException {
    run = shared.resolve("run");
    models = shared.resolve("shapes");
    Path config = SmallExperiments.write(shared, SmallExperiments.FLAT_UNET);
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        run,
        "--set",
        "run.steps=6",
        "--set",
        "run.checkpoint_every=3");
    export(models, 1, 3);
    export(models, 2, 6);
    server = new TestServer(models, Map.of("first", 1L));
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static void export(Path models, int version, int step) {
    CommandRun.done(
        "export",
        "--run",
        run,
        "--output",
        models,
        "--version",
        version,
        "--checkpoint",
        step,
        "--png");
  }

  /** What {@code couplet sample} makes of a version. */
  private double[] samples(int version, int count, int seed, String sigmas) {
    Path file = folder.resolve("samples.npz");
    CommandRun.done(
        "sample",
        "--model",
        models.resolve(Integer.toString(version)),
        "--count",
        count,
        "--seed",
        seed,
        "--sigmas",
        sigmas,
        "--output",
        file,
        "--overwrite");
    return Npz.get(Npz.read(file), "arr_0").doubles();
  }

  private static double[] zip(String path) throws IOException, InterruptedException {
    return zip(server, path);
  }

  private static double[] zip(TestServer server, String path)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = server.get(path);
    assertEquals(200, answer.statusCode(), () -> new String(answer.body(), StandardCharsets.UTF_8));
    List<Double> values = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
      while (in.getNextEntry() != null) {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(in.readAllBytes()));
        for (int i = 0; i < VALUES; i++) {
          int rgb = image.getRGB(i / 3 % 8, i / 3 / 8);
          values.add((double) ((rgb >> (8 * (2 - i % 3))) & 0xff));
        }
      }
    }
    return values.stream().mapToDouble(value -> value).toArray();
  }

  private static JsonObject json(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    return Json.GSON.fromJson(answer.body(), JsonObject.class);
  }

  private static double[] flat(JsonElement json) {
    if (!json.isJsonArray()) {
      return new double[] {json.getAsDouble()};
    }
    List<Double> values = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray()) {
      for (double value : flat(element)) {
        values.add(value);
      }
    }
    return values.stream().mapToDouble(value -> value).toArray();
  }

  @Test
  void imagesAreThoseOfTheCommand() throws Exception {
    assertArrayEquals(samples(2, 5, 7, "80"), zip("/v1/images?count=5&seed=7&format=zip"));
    assertArrayEquals(
        samples(2, 105, 8, "80,0.8"), zip("/v1/images?count=105&seed=8&sigmas=80,0.8&format=zip"));
    assertArrayEquals(
        samples(1, 3, 7, "80"), zip("/v1/images?count=3&seed=7&format=zip&label=first"));
  }

  @Test
  void aWalkGoesFromTheSamplesOfOneSeedToThoseOfTheOther() throws Exception {
    assertArrayEquals(
        samples(2, 2, 3, "80"), zip("/v1/images?count=2&seed=3&to=4&at=0&format=zip"));
    assertArrayEquals(
        samples(2, 2, 4, "80"), zip("/v1/images?count=2&seed=3&to=4&at=1&format=zip"));
  }

  @Test
  void aScoreModelWithLabelDropoutIsGuided() throws Exception {
    Path model = folder.resolve("guided");
    Path trained = folder.resolve("score-run");
    String text =
        SmallExperiments.score(SmallExperiments.FLAT_UNET)
            .replaceFirst("network \\{", "network { label_dim: 3 label_dropout: 0.2 ");
    Path config = SmallExperiments.write(folder, text);
    CommandRun.done("train", "--config", config, "--run", trained, "--steps", 3);
    CommandRun.done("export", "--run", trained, "--output", model, "--version", 1);
    Path file = folder.resolve("guided.npz");
    String few = "--count 3 --steps 3 --class square --output " + file;
    Object[] options = ("sample --guidance 4 --model " + model + "/1 " + few).split(" ", -1);
    CommandRun.done(options);
    String path = "/v1/images?count=3&steps=3&class=square&format=zip";
    try (TestServer guided = new TestServer(model, Map.of())) {
      double[] images = zip(guided, path + "&guidance=4");
      assertArrayEquals(Npz.get(Npz.read(file), "arr_0").doubles(), images);
      assertFalse(Arrays.equals(images, zip(guided, path)));
    }
    assertRefused("guidance: is for score models", "/v1/images?guidance=4");
  }

  @Test
  void parametersThatDoNotFitAreRefused() throws Exception {
    assertRefused("give either version or label", "/v1/images?version=2&label=first");
    assertRefused("there are at, class, columns, count, format,", "/v1/images?number=2");
  }

  private static void assertRefused(String reason, String path) throws Exception {
    HttpResponse<byte[]> answer = server.get(path);
    assertEquals(400, answer.statusCode());
    String why = new String(answer.body(), StandardCharsets.UTF_8);
    assertTrue(why.contains(reason), why);
  }

  @Test
  void predictInColumnsMakesTheImagesOfTheCommand() throws Exception {
    String body =
        "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 7, \"count\": 2, \"sigmas\": [80, 0.8]}}";
    JsonObject outputs = json(server.post(PREDICT, body)).getAsJsonObject("outputs");
    assertArrayEquals(samples(2, 2, 7, "80,0.8"), flat(outputs.get("images")));
    assertEquals(Set.of("images", "images_png_bytes", "x_hat"), outputs.keySet());
    String png =
        outputs
            .getAsJsonArray("images_png_bytes")
            .get(1)
            .getAsJsonObject()
            .get("b64")
            .getAsString();
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(java.util.Base64.getDecoder().decode(png)));
    assertEquals(8, image.getWidth());
  }

  @Test
  void rowsAndColumnsSayTheSame() throws Exception {
    String row = noise(1);
    String other = noise(2);
    JsonObject columns =
        json(server.post(
                PREDICT,
                "{\"signature_name\": \"generate\", \"inputs\": {\"noise\": [%s, %s], \"sigma\": [80, 5]}}"
                    .formatted(row, other)))
            .getAsJsonObject("outputs");
    JsonArray rows =
        json(server.post(
                PREDICT,
                ("{\"signature_name\": \"generate\", \"instances\": [{\"noise\": %s, \"sigma\": 80},"
                        + " {\"sigma\": 5, \"noise\": %s}]}")
                    .formatted(row, other)))
            .getAsJsonArray("predictions");
    assertEquals(2, rows.size());
    for (String output : List.of("images", "x_hat")) {
      JsonArray both = new JsonArray();
      rows.forEach(one -> both.add(one.getAsJsonObject().get(output)));
      assertArrayEquals(flat(columns.get(output)), flat(both));
    }
    // A signature's only input needs no name.
    JsonArray unnamed =
        json(server.post(PREDICT, "{\"instances\": [%s]}".formatted(row)))
            .getAsJsonArray("predictions");
    assertArrayEquals(
        flat(rows.get(0).getAsJsonObject().get("x_hat")),
        flat(unnamed.get(0).getAsJsonObject().get("x_hat")));
  }

  private static String noise(int seed) {
    Random random = new Random(seed);
    JsonArray rows = new JsonArray();
    for (int y = 0; y < 8; y++) {
      JsonArray row = new JsonArray();
      for (int x = 0; x < 8; x++) {
        JsonArray pixel = new JsonArray();
        for (int c = 0; c < 3; c++) {
          pixel.add((float) random.nextGaussian());
        }
        row.add(pixel);
      }
      rows.add(row);
    }
    return rows.toString();
  }

  @Test
  void aSignatureThatTakesSingleNumbersIsAskedInColumns() throws Exception {
    String row = "{\"seed\": 1, \"count\": 1, \"sigmas\": [80]}";
    HttpResponse<String> answer =
        server.post(
            PREDICT, "{\"signature_name\": \"sample\", \"instances\": [%s]}".formatted(row));
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("ask with 'inputs' instead"), answer.body());
  }

  @Test
  void callsThatAreJoinedGetTheirOwnRows() throws Exception {
    // The last bits of a row may depend on its neighbours, and so may a rounding.
    assertTogether(server, 1);
  }

  @Test
  void withBatchesOfOneRowCallsAreThoseOfTheCommandToTheBit() throws Exception {
    try (TestServer exact = new TestServer(models, limits(1, 1000, 60_000))) {
      assertTogether(exact, 0);
    }
  }

  private void assertTogether(TestServer asked, double tolerance) throws Exception {
    List<CompletableFuture<double[]>> calls = new ArrayList<>();
    for (int seed = 0; seed < 8; seed++) {
      String path = "/v1/images?count=2&format=zip&sigmas=80,0.8&seed=" + seed;
      calls.add(CompletableFuture.supplyAsync(() -> unchecked(() -> zip(asked, path))));
    }
    for (int seed = 0; seed < 8; seed++) {
      assertArrayEquals(samples(2, 2, seed, "80,0.8"), calls.get(seed).join(), tolerance);
    }
  }

  private interface Checked<T> {
    T get() throws Exception;
  }

  private static <T> T unchecked(Checked<T> work) {
    try {
      return work.get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void statusAndMetadataAreThoseOfTensorFlowServing() throws Exception {
    JsonObject status = text("/v1/models/shapes");
    assertEquals(2, status.getAsJsonArray("model_version_status").size());
    JsonObject newest =
        text("/v1/models/shapes/versions/2")
            .getAsJsonArray("model_version_status")
            .get(0)
            .getAsJsonObject();
    assertEquals("2", newest.get("version").getAsString());
    assertEquals("AVAILABLE", newest.get("state").getAsString());
    JsonObject metadata = text("/v1/models/shapes/labels/first/metadata");
    assertEquals("1", metadata.getAsJsonObject("model_spec").get("version").getAsString());
    JsonObject noise =
        metadata
            .getAsJsonObject("metadata")
            .getAsJsonObject("signature_def")
            .getAsJsonObject("signature_def")
            .getAsJsonObject("serving_default")
            .getAsJsonObject("inputs")
            .getAsJsonObject("noise");
    assertEquals("DT_FLOAT", noise.get("dtype").getAsString());
    assertEquals(
        "-1",
        noise
            .getAsJsonObject("tensor_shape")
            .getAsJsonArray("dim")
            .get(0)
            .getAsJsonObject()
            .get("size")
            .getAsString());
  }

  private static JsonObject text(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = server.get(path);
    assertEquals(200, answer.statusCode());
    return Json.GSON.fromJson(new String(answer.body(), StandardCharsets.UTF_8), JsonObject.class);
  }

  @Test
  void healthMetricsAndPageAreThere() throws Exception {
    for (String path :
        List.of(
            "/healthz",
            "/readyz",
            "/",
            "/page.js",
            "/page.css",
            "/v1/models",
            "/v1/models/shapes/card",
            "/v1/models/shapes/training")) {
      assertEquals(200, server.get(path).statusCode(), path);
    }
    String metrics = new String(server.get("/metrics").body(), StandardCharsets.UTF_8);
    assertTrue(metrics.contains("couplet_requests_total{kind=\"other\",status=\"200\"}"), metrics);
  }

  @Test
  void aThousandBadRequestsGetAStatusOf4xxAndALineOfJson() throws Exception {
    Set<String> requests = new LinkedHashSet<>();
    for (long seed = 0; requests.size() < Integer.getInteger("couplet.badRequests", 1000); seed++) {
      requests.add(BadRequest.of(seed));
    }
    for (String request : requests) {
      String answer = raw(request);
      String which = cut(request) + ": " + answer;
      assertTrue(answer.matches("(?s)HTTP/1\\.\\d 4\\d\\d .*"), which);
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      JsonObject error = Json.GSON.fromJson(body, JsonObject.class);
      assertEquals(1, error.get("error").getAsString().lines().count(), which);
    }
    assertEquals(200, server.get("/v1/images?count=1").statusCode());
  }

  @Test
  void badHttpGets4xxOr505ForAVersionThatIsUnknown() throws Exception {
    assertTrue(raw("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n").startsWith("HTTP/1.1 505 "));
    for (String bytes :
        List.of(
            "GARBAGE\r\n\r\n",
            "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(100_000) + "\r\n\r\n",
            "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /v1/images?count=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST "
                + PREDICT
                + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n")) {
      String answer = raw(bytes);
      assertTrue(
          answer.matches("(?s)HTTP/1\\.\\d 4\\d\\d .*"), () -> cut(bytes) + ": " + cut(answer));
    }
    assertEquals(200, server.get("/healthz").statusCode());
    // Also what never came to be a call.
    String metrics = new String(server.get("/metrics").body(), StandardCharsets.UTF_8);
    for (int status : new int[] {400, 414, 505}) {
      assertTrue(
          metrics.contains(
              "couplet_requests_total{kind=\"unknown\",status=\"%d\"}".formatted(status)),
          metrics);
    }
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(200, text.length()));
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(server.uri("/").getHost(), server.uri("/").getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void aNewVersionTakesOverWithoutALostRequest() throws Exception {
    Path growing = folder.resolve("growing");
    export(growing, 1, 3);
    try (TestServer swapped = new TestServer(growing, Map.of())) {
      AtomicBoolean done = new AtomicBoolean();
      List<CompletableFuture<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        clients.add(
            CompletableFuture.supplyAsync(
                () ->
                    unchecked(
                        () -> {
                          int answered = 0;
                          while (!done.get()) {
                            assertEquals(200, swapped.get("/v1/images?count=2").statusCode());
                            answered++;
                          }
                          return answered;
                        }),
                task -> new Thread(task).start()));
      }
      for (int version = 2; version <= 4; version++) {
        export(growing, version, 6);
        assertEquals(2, swapped.refresh().size());
        assertEquals(List.of((long) version), swapped.model().versions());
      }
      done.set(true);
      for (CompletableFuture<Integer> client : clients) {
        assertTrue(client.join() > 0);
      }
    }
  }

  @Test
  void aDamagedVersionIsLeftOutAndTheOldOneStays() throws Exception {
    Path growing = folder.resolve("growing");
    export(growing, 1, 3);
    try (TestServer swapped = new TestServer(growing, Map.of())) {
      Path bad = Files.createDirectories(growing.resolve("2"));
      Files.writeString(bad.resolve("saved_model.pb"), "not a model");
      List<String> changes = swapped.refresh();
      assertEquals(1, changes.size());
      assertTrue(changes.get(0).contains("version 2 is left out"), changes.get(0));
      assertEquals(List.of(1L), swapped.model().versions());
      assertEquals(List.of(), swapped.refresh());
      assertEquals(200, swapped.get("/v1/images?count=1").statusCode());
    }
  }

  @Test
  void aDamagedVersionDoesNotEndTheNewestBesideALabel() throws Exception {
    Path growing = folder.resolve("growing");
    export(growing, 1, 3);
    export(growing, 2, 6);
    try (TestServer swapped = new TestServer(growing, Map.of("stable", 1L))) {
      // Without its weights: a copy that is not complete.
      Path third = Files.createDirectories(growing.resolve("3"));
      Files.copy(growing.resolve("2/saved_model.pb"), third.resolve("saved_model.pb"));
      List<String> changes = swapped.refresh();
      assertEquals(1, changes.size(), changes::toString);
      assertTrue(changes.get(0).contains("version 3 is left out"), changes.get(0));
      assertEquals(List.of(1L, 2L), swapped.model().versions());
      assertEquals(List.of(), swapped.refresh());

      // Once it is complete it takes over.
      Path variables = Files.createDirectories(third.resolve("variables"));
      for (String file : List.of("variables.index", "variables.data-00000-of-00001")) {
        Files.copy(growing.resolve("2/variables").resolve(file), variables.resolve(file));
      }
      assertEquals(2, swapped.refresh().size());
      assertEquals(List.of(1L, 3L), swapped.model().versions());
    }
  }

  @Test
  void aFolderOutOfReachEndsNoVersion() throws Exception {
    Path growing = folder.resolve("growing");
    export(growing, 1, 3);
    export(growing, 2, 6);
    try (TestServer swapped = new TestServer(growing, Map.of("stable", 1L))) {
      Path away = Files.move(growing, folder.resolve("away"));
      assertEquals(List.of(), swapped.refresh());
      assertEquals(List.of(1L, 2L), swapped.model().versions());
      Files.move(away, growing);
      assertEquals(List.of(), swapped.refresh());
    }
  }

  @Test
  void aLinkToNothingBesideAVersionsFilesDoesNotMatter() throws Exception {
    Path growing = folder.resolve("growing");
    export(growing, 1, 3);
    Files.createSymbolicLink(growing.resolve("1/note"), Path.of("gone"));
    try (TestServer linked = new TestServer(growing, Map.of())) {
      assertEquals(List.of(1L), linked.model().versions());
    }
  }

  @Test
  void whatForbidsAModelIsNotTakenForADamagedVersion() {
    ServedModel model =
        new ServedModel(
            "shapes",
            models,
            Map.of(),
            new ServingLimits(1, Duration.ZERO, 1, Duration.ofSeconds(1)),
            rows -> {});
    assertThrows(
        IllegalStateException.class,
        () ->
            model.refresh(
                version -> {
                  throw new IllegalStateException("faulty kernels");
                }));
  }

  @Test
  void callsBeyondWhatTheServerHoldsGet429AndHealthIsAnswered() throws Exception {
    try (TestServer flooded = new TestServer(models, TestServer.LIMITS)) {
      List<Socket> slow = new ArrayList<>();
      try {
        // Clients whose bodies don't arrive, each with a call in hand.
        for (int i = 0; i < 250; i++) {
          slow.add(new Socket(flooded.uri("/").getHost(), flooded.uri("/").getPort()));
          slow.get(i).getOutputStream().write(post(100).getBytes(StandardCharsets.US_ASCII));
        }
        HttpResponse<byte[]> refused = flooded.get("/v1/images?count=1");
        while (refused.statusCode() == 200) {
          refused = flooded.get("/v1/images?count=1");
        }
        assertEquals(429, refused.statusCode());
        assertEquals("1", refused.headers().firstValue("Retry-After").orElse(""));
        assertEquals(200, flooded.get("/healthz").statusCode());
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
      while (flooded.get("/v1/images?count=1").statusCode() == 429) {
        Thread.sleep(10);
      }
      assertEquals(200, flooded.get("/v1/images?count=1").statusCode());
    }
  }

  private static ServingLimits limits(int batch, int queue, long deadlineMs) {
    return new ServingLimits(batch, Duration.ofMillis(2), queue, Duration.ofMillis(deadlineMs));
  }

  private static String post(int length) {
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
        .formatted(PREDICT, length);
  }

  @Test
  void rowsBeyondTheQueueGet429() throws Exception {
    try (TestServer small = new TestServer(models, limits(16, 1, 60_000))) {
      List<CompletableFuture<Integer>> calls = new ArrayList<>();
      for (int seed = 0; seed < 30; seed++) {
        String path = "/v1/images?count=50&steps=20&seed=" + seed;
        calls.add(CompletableFuture.supplyAsync(() -> status(small, path)));
      }
      Set<Integer> got = new TreeSet<>();
      calls.forEach(call -> got.add(call.join()));
      assertEquals(Set.of(200, 429), got);
    }
  }

  private static int status(TestServer server, String path) {
    return unchecked(() -> server.get(path).statusCode());
  }

  @Test
  void whatIsNotDoneByTheDeadlineGets504AndASlowBody408() throws Exception {
    try (TestServer hasty = new TestServer(models, limits(16, 1000, 200))) {
      HttpResponse<byte[]> late = hasty.get("/v1/images?count=300&steps=100");
      assertEquals(504, late.statusCode());
      try (Socket socket = new Socket(hasty.uri("/").getHost(), hasty.uri("/").getPort())) {
        OutputStream out = socket.getOutputStream();
        out.write(post(100).getBytes(StandardCharsets.US_ASCII));
        out.write(' ');
        out.flush();
        Thread.sleep(300);
        out.write(' ');
        out.flush();
        socket.setSoTimeout(20_000);
        byte[] answer = new byte[12];
        assertEquals(12, socket.getInputStream().readNBytes(answer, 0, 12));
        assertEquals("HTTP/1.1 408", new String(answer, StandardCharsets.US_ASCII));
      }
    }
  }

  @Test
  void aBodyThatStopsArrivingGets408AtTheDeadline() throws Exception {
    try (TestServer hasty = new TestServer(models, limits(16, 1000, 200))) {
      try (Socket socket = new Socket(hasty.uri("/").getHost(), hasty.uri("/").getPort())) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write((post(100) + "{").getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
        assertTrue(answer.contains("the body did not arrive within"), answer);
      }
    }
  }

  @Test
  void callsUnderWayAreAnsweredAtTheEnd() throws Exception {
    try (TestServer ending = new TestServer(models, Map.of())) {
      CompletableFuture<HttpResponse<byte[]>> call =
          CompletableFuture.supplyAsync(
              () -> unchecked(() -> ending.get("/v1/images?count=300&steps=8")));
      while (ending.model().waitingRows() == 0 && !call.isDone()) {
        Thread.onSpinWait();
      }
      ending.stop();
      assertEquals(200, call.join().statusCode());
    }
  }

  @Test
  void withATokenEveryCallMustBringIt() throws Exception {
    Path log = folder.resolve("access.jsonl");
    try (TestServer closed =
        new TestServer(models, Map.of(), Optional.of("secret"), Optional.of(log))) {
      assertEquals(401, closed.get("/v1/models").statusCode());
      assertEquals(401, closed.get("/metrics").statusCode());
      HttpResponse<byte[]> other = closed.get("/v1/models", "Authorization", "Bearer other");
      assertEquals(401, other.statusCode());
      assertTrue(
          new String(other.body(), StandardCharsets.UTF_8).contains("is not that of this server"));
      assertEquals(200, closed.get("/v1/models", "Authorization", "Bearer secret").statusCode());
      assertEquals(200, closed.get("/v1/models", "Authorization", "bearer secret").statusCode());
      assertEquals(200, closed.get("/healthz").statusCode());
      assertEquals(200, closed.get("/").statusCode());
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(7, lines.size());
    JsonObject first = Json.GSON.fromJson(lines.get(0), JsonObject.class);
    assertEquals("/v1/models", first.get("path").getAsString());
    assertEquals(401, first.get("status").getAsInt());
  }
}
