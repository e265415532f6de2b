package org.couplet.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.couplet.assembly.StepCost;
import org.couplet.report.Table;

/**
 * What a combination's steps amount to.
 *
 * @param measured its combination
 * @param outcome of its process, without a failure
 * @param warmup how many of the first steps don't count, fewer than there are
 */
record BenchResult(BenchCase measured, BenchProcess.Outcome outcome, int warmup) {
  private List<Double> timed() {
    return outcome.millis().subList(warmup, outcome.millis().size());
  }

  double medianMillis() {
    List<Double> sorted = timed().stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  private double minimumMillis() {
    return timed().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  private double maximumMillis() {
    return timed().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  private double imagesPerSecond() {
    return 1e3 * measured.batch() / medianMillis();
  }

  StepCost cost() {
    return StepCost.of(measured.experiment(), number("mu"));
  }

  /** GFLOP/s at the median step. */
  double speed() {
    return imagesPerSecond() * cost().flop() / 1e9;
  }

  // The extra time of the first step: compiling, filling caches. Unknown with a single step.
  private Optional<Double> compileSeconds() {
    return outcome.millis().size() == 1
        ? Optional.empty()
        : Optional.of(Math.max(0, outcome.millis().get(0) - medianMillis()) / 1e3);
  }

  private double waitedShare() {
    List<Double> waited = outcome.waitedMillis().subList(warmup, outcome.waitedMillis().size());
    return sum(waited) / sum(timed());
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  boolean onGpu() {
    return number("gpus") > 0;
  }

  private double number(String name) {
    return Objects.requireNonNull(outcome.numbers().get(name), name);
  }

  private Optional<Double> peakMemoryBytes() {
    return Optional.ofNullable(outcome.numbers().get("peak_memory_bytes"));
  }

  private Optional<Double> used(String name) {
    return Optional.ofNullable(outcome.numbers().get(name));
  }

  private double processorSeconds() {
    return number("user_seconds") + number("system_seconds");
  }

  // Of processor time; the clock of such times is too coarse for a few short steps.
  private Optional<Double> systemShare() {
    return used("system_seconds")
        .filter(seconds -> processorSeconds() > 0)
        .map(seconds -> seconds / processorSeconds());
  }

  private String perStep(Optional<Double> sum) {
    return sum.map(all -> Long.toString(Math.round(all / timed().size()))).orElse("-");
  }

  static Table table() {
    return new Table(
        "batch",
        "precision",
        "XLA",
        "threads",
        "ms/step",
        "min",
        "max",
        "images/s",
        "GFLOP/s",
        "of peak",
        "memory MB",
        "build+load s",
        "compile s",
        "waits",
        "CPU s/step",
        "system",
        "faults/step",
        "major");
  }

  /** Adds a line to {@link #table}. */
  void addTo(Table table, Optional<Double> peak) {
    table.row(
        measured.batch(),
        measured.precision(),
        measured.xla(),
        measured.threads(),
        medianMillis(),
        minimumMillis(),
        maximumMillis(),
        imagesPerSecond(),
        speed(),
        peak.map(gigaflops -> percent(speed() / gigaflops)).orElse("-"),
        // On a GPU the process's own memory says nothing.
        peakMemoryBytes()
            .filter(bytes -> !onGpu())
            .map(bytes -> Long.toString(Math.round(bytes / 1e6)))
            .orElse("-"),
        number("build_load_seconds"),
        compileSeconds().isPresent() ? compileSeconds().get() : "-",
        percent(waitedShare()),
        used("user_seconds").isPresent() ? processorSeconds() / timed().size() : "-",
        systemShare().map(BenchResult::percent).orElse("-"),
        perStep(used("minor_faults")),
        perStep(used("major_faults")));
  }

  /** Milliseconds to 4 digits, but whole ones in full. */
  static String describe(double millis) {
    return String.format(Locale.ROOT, millis < 1000 ? "%.4g" : "%.0f", millis);
  }

  private static String percent(double share) {
    return Math.round(100 * share) + "%";
  }

  /** Everything, for JSON. */
  Map<String, Object> numbers(Optional<Double> peak) {
    Map<String, Object> numbers = new LinkedHashMap<>(measured.values());
    numbers.put("mu", number("mu"));
    numbers.put("num_levels", (long) number("num_levels"));
    numbers.put("gpus", (long) number("gpus"));
    numbers.put("forward_gflop_per_image", cost().forwardFlop() / 1e9);
    numbers.put("forwards_per_step", cost().forwards());
    numbers.put("gflop_per_step", measured.batch() * cost().flop() / 1e9);
    numbers.put("median_ms", medianMillis());
    numbers.put("min_ms", minimumMillis());
    numbers.put("max_ms", maximumMillis());
    numbers.put("images_per_second", imagesPerSecond());
    numbers.put("gflops", speed());
    peak.ifPresent(gigaflops -> numbers.put("share_of_peak", speed() / gigaflops));
    peakMemoryBytes().ifPresent(bytes -> numbers.put("peak_memory_bytes", bytes.longValue()));
    numbers.put("build_load_seconds", number("build_load_seconds"));
    compileSeconds().ifPresent(seconds -> numbers.put("compile_seconds", seconds));
    numbers.put("waited_share", waitedShare());
    List.of("user_seconds", "system_seconds")
        .forEach(name -> used(name).ifPresent(seconds -> numbers.put(name, seconds)));
    systemShare().ifPresent(share -> numbers.put("system_share", share));
    List.of("minor_faults", "major_faults")
        .forEach(name -> used(name).ifPresent(faults -> numbers.put(name, faults.longValue())));
    numbers.put("warmup_ms", outcome.millis().subList(0, warmup));
    numbers.put("times_ms", timed());
    if (!outcome.operations().isEmpty()) {
      numbers.put("operations", outcome.operations().stream().map(BenchResult::named).toList());
    }
    return numbers;
  }

  private static Map<String, Object> named(BenchProcess.TypeTime type) {
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("type", type.type());
    named.put("count", type.count());
    named.put("ms", type.millis());
    return named;
  }
}
