package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.couplet.JsonText;
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
    JsonText all = JsonText.of(run.out());
    assertEquals(List.of(), all.list("failures"));
    assertEquals(50, all.number("peak_gflops"));
    assertEquals(List.of("network.song_unet.channel_mult=1"), all.list("set"));
    JsonText result = all.objects("results").get(0);
    assertEquals(6, result.number("batch"));
    assertEquals(1, result.number("threads"));
    assertEquals("OFF", result.get("xla"));
    assertEquals(4.5, result.number("forwards_per_step"));
    assertEquals(3, result.list("times_ms").size());
    assertTrue(result.list("times_ms").contains(result.get("median_ms")), result.toString());
    double median = result.number("median_ms");
    double gigaflop = 6 * 4.5 * result.number("forward_gflop_per_image");
    assertEquals(6e3 / median, result.number("images_per_second"), 1e-9);
    assertEquals(gigaflop, result.number("gflop_per_step"), 1e-9);
    assertEquals(1e3 * gigaflop / median, result.number("gflops"), 1e-9);
    assertEquals(result.number("gflops") / 50, result.number("share_of_peak"), 1e-9);
    assertTrue(result.number("build_load_seconds") > 0.1, result.toString());
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertTrue(result.number("peak_memory_bytes") > 100e6, result.toString());
      double used = result.number("user_seconds") + result.number("system_seconds");
      double elapsed =
          result.list("times_ms").stream().mapToDouble(time -> ((Number) time).doubleValue()).sum()
              / 1e3;
      assertTrue(used > 0 && used < 0.1 + Runtime.getRuntime().availableProcessors() * elapsed);
      assertTrue(result.number("minor_faults") >= 0, result.toString());
      assertTrue(result.number("major_faults") >= 0, result.toString());
    }
    checkOperations(result, trace);
  }

  // What is summed by type is what the file holds.
  private static void checkOperations(JsonText result, Path trace) throws IOException {
    Map<Object, Double> expected =
        JsonText.of(Files.readString(trace)).objects("traceEvents").stream()
            .filter(event -> event.get("ph").equals("X"))
            .collect(
                Collectors.groupingBy(
                    event -> event.get("name"),
                    Collectors.summingDouble(event -> event.number("dur") / 1e3)));
    List<JsonText> operations = result.objects("operations");
    assertEquals(expected.size(), operations.size());
    double before = Double.POSITIVE_INFINITY;
    for (JsonText operation : operations) {
      double millis = operation.number("ms");
      assertEquals(expected.getOrDefault(operation.get("type"), 0.0), millis, 1e-6);
      assertTrue(millis <= before, operations.toString());
      before = millis;
    }
    assertTrue(expected.keySet().stream().anyMatch(type -> type.toString().contains("Conv2D")));
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
      assertEquals(2, JsonText.of(run.out()).objects("results").get(0).list("times_ms").size());
    }
    assertFalse(plain.err().contains("verbose"), plain.err());
    assertTrue(
        verbose.err().lines().anyMatch(line -> line.matches("onednn_verbose,.*convolution.*")));
  }

  private CommandRun smallRun(Map<String, String> more) throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("TF_ENABLE_ONEDNN_OPTS", "1");
    Path config = SmallExperiments.write(folder, SmallExperiments.UNET);
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
    JsonText all =
        JsonText.of(
            Json.of(
                new BenchReport(bench.results(), Optional.empty())
                    .numbers(List.of("a=1"), bench.failures())));
    assertEquals(List.of("a=1"), all.list("set"));
    assertEquals(List.of(), all.list("results"));
    assertTrue(all.list("failures").toString().contains("experiment.textproto"), all.toString());
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
        "--config C --trace C/t.json|is not a writable folder",
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
