package org.couplet.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.proto.Experiment;
import org.couplet.doctor.CpuPeak;
import org.couplet.doctor.MachineProbe;
import org.couplet.io.Version;
import org.couplet.report.Table;

/** Results of {@code couplet bench} in words and numbers. */
public final class BenchReport {
  private static final int SHOWN_TYPES = 10;

  private final List<BenchResult> results;
  private final Optional<Double> given;
  private final MachineProbe machine = new MachineProbe(Path.of("/"));
  private final Optional<CpuPeak> processor = machine.peak();

  /**
   * @param given the machine's peak in GFLOP/s, if the user knows it
   */
  public BenchReport(List<BenchResult> results, Optional<Double> given) {
    this.results = results;
    this.given = given;
  }

  // The processor's own peak is of float32, and no peak at all if a step was faster: a virtual
  // machine may report another clock than the true one.
  private Optional<Double> peak(BenchResult result) {
    if (given.isPresent()) {
      return given;
    }
    return result.onGpu() || !result.measured().isFloat32() || isBeaten()
        ? Optional.empty()
        : processor.map(CpuPeak::gigaflops);
  }

  private boolean isBeaten() {
    return processor.isPresent()
        && results.stream()
            .anyMatch(result -> !result.onGpu() && result.speed() > processor.get().gigaflops());
  }

  private String describePeak() {
    if (given.isPresent()) {
      return String.format(Locale.ROOT, "peak %.0f GFLOP/s, as given", given.get());
    }
    if (results.stream().anyMatch(BenchResult::onGpu)) {
      return "the GPU's peak is unknown; give it with --peak";
    }
    if (processor.isEmpty() || isBeaten()) {
      return "peak unknown"
          + (isBeaten() ? " (a step beat " + processor.get().describe() + ")" : "")
          + "; give it with --peak";
    }
    return String.format(
        Locale.ROOT,
        "peak %.0f GFLOP/s: %s",
        processor.get().gigaflops(),
        processor.get().describe());
  }

  /** Prints a line a combination and, after a trace, where its time went. */
  public void print(PrintStream out) {
    if (results.isEmpty()) {
      return;
    }
    BenchResult first = results.get(0);
    Experiment experiment = first.measured().experiment();
    out.printf(
        Locale.ROOT,
        "%s: %,d parameters; a forward pass of one row takes %.3g GFLOP, a step %.4g passes of its batch%n",
        experiment.getName(),
        TrainingAssembly.parameters(experiment),
        first.cost().forwardFlop() / 1e9,
        first.cost().forwards());
    out.println(machine.processorName() + "; " + describePeak());
    Table table = BenchResult.table();
    results.forEach(result -> result.addTo(table, peak(result)));
    out.println();
    out.print(table.text());
    results.forEach(result -> printOperations(result, out));
  }

  private static void printOperations(BenchResult result, PrintStream out) {
    List<BenchProcess.TypeTime> types = result.outcome().operations();
    if (types.isEmpty()) {
      return;
    }
    double sum = types.stream().mapToDouble(BenchProcess.TypeTime::millis).sum();
    Table table = new Table("operation", "count", "ms", "share");
    types.stream()
        .limit(SHOWN_TYPES)
        .forEach(
            type ->
                table.row(
                    type.type(),
                    type.count(),
                    type.millis(),
                    String.format(Locale.ROOT, "%.1f%%", 100 * type.millis() / sum)));
    out.printf(
        Locale.ROOT,
        "%nOne traced step, %.0f ms with the tracing; operations that ran side by side count each, %.0f ms"
            + " in all:%n%s",
        result.outcome().numbers().getOrDefault("traced_ms", sum),
        sum,
        table.text());
  }

  /**
   * Everything, for JSON.
   *
   * @param set overrides of the config
   * @param failures what could not be measured, and why
   */
  public Map<String, Object> numbers(List<String> set, Map<BenchCase, String> failures) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("couplet", Version.describe());
    numbers.put("set", set);
    numbers.put("processor", machine.processorName());
    numbers.put("cores", Runtime.getRuntime().availableProcessors());
    numbers.put("peak", describePeak());
    given
        .or(() -> isBeaten() ? Optional.empty() : processor.map(CpuPeak::gigaflops))
        .ifPresent(gigaflops -> numbers.put("peak_gflops", gigaflops));
    results.stream()
        .map(result -> result.measured().experiment())
        .findFirst()
        .ifPresent(
            experiment -> {
              numbers.put("experiment", experiment.getName());
              numbers.put("parameters", TrainingAssembly.parameters(experiment));
            });
    numbers.put("results", results.stream().map(result -> result.numbers(peak(result))).toList());
    numbers.put("failures", failures.entrySet().stream().map(BenchReport::failure).toList());
    return numbers;
  }

  private static Map<String, Object> failure(Map.Entry<BenchCase, String> failed) {
    Map<String, Object> failure = new LinkedHashMap<>(failed.getKey().values());
    failure.put("failure", failed.getValue());
    return failure;
  }
}
