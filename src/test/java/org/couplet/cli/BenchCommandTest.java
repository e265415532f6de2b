package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.bench.Bench;
import org.couplet.bench.BenchCase;
import org.couplet.bench.BenchReport;
import org.couplet.command.ExitCode;
import org.couplet.config.proto.Experiment;
import org.couplet.report.Json;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("long")
class BenchCommandTest {
  private final Path folder;

  BenchCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void anImageExperimentIsMeasuredAndTracedWithoutItsFile() throws IOException {
    String images =
        SmallExperiments.UNET.replaceFirst(
            "procedural \\{.*?\\}", "image_file { path: 'absent.npy' resolution: 8 }");
    Path trace = folder.resolve("trace.json");
    CommandRun run =
        CommandRun.done(
            "bench",
            "--config",
            SmallExperiments.write(folder, images),
            "--set",
            "network.song_unet.channel_mult=1",
            "--batch",
            6,
            "--threads",
            1,
            "--warmup",
            1,
            "--steps",
            3,
            "--peak",
            50,
            "--json",
            "--trace",
            trace);
    assertEquals(1, run.out().lines().count(), run.out());
    JsonObject all = json(run.out());
    assertTrue(all.getAsJsonArray("failures").isEmpty());
    assertEquals(50, all.get("peak_gflops").getAsDouble());
    assertEquals("[\"network.song_unet.channel_mult=1\"]", all.get("set").toString());
    JsonObject result = result(all);
    assertEquals(6, result.get("batch").getAsDouble());
    assertEquals(1, result.get("threads").getAsDouble());
    assertEquals("OFF", result.get("xla").getAsString());
    assertEquals(4.5, result.get("forwards_per_step").getAsDouble());
    JsonArray times = result.getAsJsonArray("times_ms");
    assertEquals(3, times.size());
    assertTrue(times.contains(result.get("median_ms")), result.toString());
    double median = result.get("median_ms").getAsDouble();
    double gigaflop = 6 * 4.5 * result.get("forward_gflop_per_image").getAsDouble();
    assertEquals(6e3 / median, result.get("images_per_second").getAsDouble(), 1e-9);
    assertEquals(gigaflop, result.get("gflop_per_step").getAsDouble(), 1e-9);
    assertEquals(1e3 * gigaflop / median, result.get("gflops").getAsDouble(), 1e-9);
    assertEquals(
        result.get("gflops").getAsDouble() / 50, result.get("share_of_peak").getAsDouble(), 1e-9);
    assertTrue(result.get("build_load_seconds").getAsDouble() > 0.1, result.toString());
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertTrue(result.get("peak_memory_bytes").getAsDouble() > 100e6, result.toString());
      double used =
          result.get("user_seconds").getAsDouble() + result.get("system_seconds").getAsDouble();
      double elapsed = times.asList().stream().mapToDouble(JsonElement::getAsDouble).sum() / 1e3;
      assertTrue(used > 0 && used < 0.1 + Runtime.getRuntime().availableProcessors() * elapsed);
      assertTrue(result.get("minor_faults").getAsDouble() >= 0, result.toString());
      assertTrue(result.get("major_faults").getAsDouble() >= 0, result.toString());
    }
    checkOperations(result, trace);
  }

  private static JsonObject json(String text) {
    return Json.GSON.fromJson(text, JsonObject.class);
  }

  private static JsonObject result(JsonObject all) {
    return objects(all, "results").get(0);
  }

  private static List<JsonObject> objects(JsonObject all, String name) {
    return all.getAsJsonArray(name).asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  // What is summed by type is what the file holds.
  private static void checkOperations(JsonObject result, Path trace) throws IOException {
    Map<String, Double> expected =
        objects(json(Files.readString(trace)), "traceEvents").stream()
            .filter(event -> event.get("ph").getAsString().equals("X"))
            .collect(
                Collectors.groupingBy(
                    event -> event.get("name").getAsString(),
                    Collectors.summingDouble(event -> event.get("dur").getAsDouble() / 1e3)));
    List<JsonObject> operations = objects(result, "operations");
    assertEquals(expected.size(), operations.size());
    double before = Double.POSITIVE_INFINITY;
    for (JsonObject operation : operations) {
      double millis = operation.get("ms").getAsDouble();
      assertEquals(expected.getOrDefault(operation.get("type").getAsString(), 0.0), millis, 1e-6);
      assertTrue(millis <= before, operations.toString());
      before = millis;
    }
    assertTrue(expected.keySet().stream().anyMatch(type -> type.contains("Conv2D")));
  }

  @Test
  void everyCombinationHasALine() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    CommandRun run =
        CommandRun.done(
            "bench",
            "--config",
            config,
            "--batch",
            "8,16,8",
            "--xla",
            "off,OFF",
            "--steps",
            2,
            "--warmup",
            0);
    List<String> lines = run.out().lines().toList();
    assertTrue(lines.get(0).startsWith("gaussians: 370 parameters;"), run.out());
    assertEquals(6, lines.size(), run.out());
    assertTrue(lines.get(4).startsWith("    8  FLOAT32    OFF"), run.out());
    assertTrue(lines.get(5).startsWith("   16  FLOAT32    OFF"), run.out());
    assertTrue(run.err().contains("batch 16, FLOAT32, XLA OFF"), run.err());
  }

  @Test
  void oneDnnsOwnLinesGoToTheErrorStreamIfAskedFor() throws IOException, InterruptedException {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "elsewhere oneDNN is not built in");
    CommandRun plain = smallRun(Map.of());
    CommandRun verbose = smallRun(Map.of("ONEDNN_VERBOSE", "1"));
    for (CommandRun run : List.of(plain, verbose)) {
      assertEquals(ExitCode.DONE, run.code(), run.toString());
      assertEquals(1, run.out().lines().count(), run.out());
      assertEquals(2, result(json(run.out())).getAsJsonArray("times_ms").size());
    }
    assertFalse(plain.err().contains("verbose"), plain.err());
    assertTrue(
        verbose.err().lines().anyMatch(line -> line.matches("onednn_verbose,.*convolution.*")));
  }

  private CommandRun smallRun(Map<String, String> more) throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("TF_ENABLE_ONEDNN_OPTS", "1");
    Path config = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    return CommandProcess.run(
        folder, environment, "bench", "--config", config, "--steps", 2, "--warmup", 0, "--json");
  }

  @Test
  void whatFailsIsToldInALine() throws IOException, InterruptedException {
    // The command itself refuses what no process could run.
    BenchCase incomplete = new BenchCase(Experiment.getDefaultInstance());
    Bench bench = new Bench(List.of(incomplete), 0, 1, Optional.empty(), true);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    bench.run(new PrintStream(err, true, StandardCharsets.UTF_8), () -> false);
    String line = err.toString(StandardCharsets.UTF_8);
    assertEquals(1, line.lines().count(), line);
    assertTrue(line.startsWith("batch 512, FLOAT32, XLA WINOGRAD"), line);
    assertTrue(line.contains("experiment.textproto"), line);
    assertEquals(List.of(), bench.results());
    Map<String, Object> all =
        new BenchReport(bench.results(), Optional.empty())
            .numbers(List.of("a=1"), bench.failures());
    assertEquals(List.of("a=1"), all.get("set"));
    assertEquals(List.of(), all.get("results"));
    assertTrue(
        String.valueOf(all.get("failures")).toString().contains("experiment.textproto"),
        all.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|--config is missing",
        "--config absent.textproto|absent.textproto: no such file",
        "--config C --batch 4,0|--batch: '0' is not a batch size",
        "--config C --batch 4,|--batch: '' is not a batch size",
        "--config C --threads two|--threads: 'two' is not a number of threads, 0 for all cores",
        "--config C --xla off,yes|--xla: 'yes' is not one of OFF",
        "--config C --precision float8|--precision: 'float8' is not FLOAT32 or BFLOAT16",
        "--config C --steps 0|--steps: '0'",
        "--config C --warmup -1|--warmup: '-1'",
        "--config C --peak none|--peak: 'none'",
        "--config C --peak 0|--peak: '0'",
        "--config C --batch 4,8 --trace t.json|--trace: is of one combination, but 2",
        "--config C --set run.stesp=3|run.stesp",
        "--config C --batch 4 --batch 8|--batch: given 2 times; give it once",
        "--config C --trace C/t.json|is not a folder that can be written to",
        "--config C --trace /|: is a folder",
        "--config|--config: its value is missing",
        "--config C --fast|'--fast' is not an option",
      })
  void whatCantBeMeasuredIsRefused(String line, String named) throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    String all = ("bench " + (line == null ? "" : line)).strip().replace("C", config.toString());
    CommandRun refused = CommandRun.of((Object[]) all.split(" ", -1));
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().contains(named), refused.err());
    assertEquals("", refused.out());
    assertFalse(Files.exists(Path.of("t.json")));
  }
}
