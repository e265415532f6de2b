package org.couplet.bench;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.command.ExitCode;
import org.couplet.command.Guard;
import org.couplet.command.Restart;
import org.couplet.command.SelfTests;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.doctor.TensorFlowProbe;
import org.couplet.program.TracedOperation;
import org.couplet.report.ChromeTrace;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;

/**
 * Main class of the process that {@link BenchProcess} starts: runs one combination's steps and
 * writes what they took, a line each, to {@link #OUTPUT}.
 */
final class BenchWorker {
  static final String EXPERIMENT = "experiment.textproto";

  /** Not the standard output: native libraries print there, oneDNN with ONEDNN_VERBOSE. */
  static final String OUTPUT = "/dev/fd/3";

  // On GPUs every kernel is in its own stream's row and again in that of all streams.
  private static final String ALL_STREAMS = "stream:all";

  private BenchWorker() {}

  /**
   * Measures.
   *
   * @param arguments a folder with {@link #EXPERIMENT}, warm-up steps, timed steps, whether to run
   *     the self-test, and where wanted the trace's file
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(new FileOutputStream(OUTPUT), true, StandardCharsets.UTF_8);
    ByteArrayOutputStream complaint = new ByteArrayOutputStream();
    int code;
    try {
      code =
          Guard.run(
              "bench",
              new PrintStream(complaint, true, StandardCharsets.UTF_8),
              () -> {
                measure(arguments, out);
                return ExitCode.DONE;
              });
    } catch (FaultyKernelsException e) {
      Report.Remedy remedy = e.report().remedy().orElseThrow();
      System.err.println(Restart.describe(e.report(), remedy));
      out.println("remedy " + remedy.variable() + " " + remedy.value());
      System.exit(ExitCode.FAILED);
      return;
    }
    String words = complaint.toString(StandardCharsets.UTF_8);
    if (code != ExitCode.DONE) {
      String line = words.lines().findFirst().orElse("");
      out.println("failure " + line.substring(line.indexOf(": ") + 2));
    }
    if (words.lines().count() > 1) {
      System.err.print(words);
    }
    System.exit(code);
  }

  private static void measure(String[] arguments, PrintStream out) throws IOException {
    Path folder = Path.of(arguments[0]);
    int warmup = Integer.parseInt(arguments[1]);
    int steps = Integer.parseInt(arguments[2]);
    Experiment experiment = ExperimentFile.load(folder.resolve(EXPERIMENT), List.of());
    SelfTests tests = SelfTests.of(Boolean.parseBoolean(arguments[3]), System.err);
    long begun = System.nanoTime();
    try (StepBenchmark benchmark =
        StepBenchmark.open(
            experiment, folder, program -> TrainingAssembly.write(experiment, program), tests)) {
      out.println("number build_load_seconds " + (System.nanoTime() - begun) / 1e9);
      out.println("number mu " + benchmark.numbers().mu());
      out.println("number num_levels " + benchmark.numbers().numLevels());
      run(benchmark, warmup, out);
      Optional<ProcessUsage> before = ProcessUsage.now();
      run(benchmark, steps, out);
      if (before.isPresent()) {
        printUsage(ProcessUsage.now().orElseThrow().since(before.get()), out);
      }
      printPeakMemory(out);
      out.println("number gpus " + TensorFlowProbe.devices().size());
      if (arguments.length > 4) {
        trace(benchmark.trace(), Path.of(arguments[4]), out);
      }
    }
  }

  private static void run(StepBenchmark benchmark, int steps, PrintStream out) {
    for (int i = 0; i < steps; i++) {
      StepBenchmark.Timing step = benchmark.step();
      out.println("step " + step.millis() + " " + step.waitedMillis());
    }
  }

  private static void printUsage(ProcessUsage usage, PrintStream out) {
    out.println("number user_seconds " + usage.userSeconds());
    out.println("number system_seconds " + usage.systemSeconds());
    out.println("number minor_faults " + usage.minorFaults());
    out.println("number major_faults " + usage.majorFaults());
  }

  // Linux keeps the largest resident size of a process; elsewhere it stays unknown.
  private static void printPeakMemory(PrintStream out) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.isReadable(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          long kibibytes = Long.parseLong(line.replaceAll("[^0-9]", ""));
          out.println("number peak_memory_bytes " + 1024 * kibibytes);
        }
      }
    }
  }

  private static void trace(List<TracedOperation> operations, Path file, PrintStream out)
      throws IOException {
    ChromeTrace trace = new ChromeTrace();
    for (TracedOperation operation : operations) {
      trace.add(
          operation.device(),
          new ChromeTrace.Bar(
              operation.type(), operation.name(), operation.startMicros(), operation.micros()));
    }
    trace.write(file);
    double end =
        operations.stream().mapToDouble(one -> one.startMicros() + one.micros()).max().orElse(0);
    out.println("number traced_ms " + end / 1e3);
    boolean streams = operations.stream().anyMatch(one -> one.device().endsWith(ALL_STREAMS));
    Map<String, double[]> types = new LinkedHashMap<>();
    for (TracedOperation operation : operations) {
      if (!streams || operation.device().endsWith(ALL_STREAMS)) {
        double[] sums = types.computeIfAbsent(operation.type(), type -> new double[2]);
        sums[0]++;
        sums[1] += operation.micros() / 1e3;
      }
    }
    types.forEach(
        (type, sums) -> out.println("operation " + type + " " + (long) sums[0] + " " + sums[1]));
  }
}
