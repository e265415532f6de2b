package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.couplet.io.WholeFile;
import org.couplet.report.Progress;

/** Measures combinations, one after the other. */
final class Bench {
  private final List<BenchCase> cases;
  private final int warmup;
  private final int steps;
  private final Optional<Path> trace;
  private final List<BenchResult> results = new ArrayList<>();
  private final Map<BenchCase, String> failures = new LinkedHashMap<>();

  /**
   * @param warmup steps before the timed ones
   * @param steps timed, at least 1
   * @param trace file for the timeline of a further step of the only combination
   */
  Bench(List<BenchCase> cases, int warmup, int steps, Optional<Path> trace) {
    this.cases = cases;
    this.warmup = warmup;
    this.steps = steps;
    this.trace = trace;
  }

  /** What was measured, in the combinations' order. */
  List<BenchResult> results() {
    return results;
  }

  /** What could not be measured, and why. */
  Map<BenchCase, String> failures() {
    return failures;
  }

  /**
   * Measures all; a combination that fails leaves the others alone.
   *
   * @param err where progress and failures go
   * @param interrupted asked after each step; true ends the work
   */
  void run(PrintStream err, BooleanSupplier interrupted) throws IOException, InterruptedException {
    // In images: the time left is about right for batches of any size.
    long total = cases.stream().mapToLong(one -> one.batch() * (long) (warmup + steps)).sum();
    try (Progress progress = new Progress("bench", total, err)) {
      long done = 0;
      for (BenchCase one : cases) {
        BenchProcess.Outcome outcome = measure(one, progress, done, interrupted);
        if (interrupted.getAsBoolean()) {
          progress.line("interrupted at " + one.words());
          return;
        }
        done += one.batch() * (long) (warmup + steps);
        if (outcome.failure().isEmpty()) {
          BenchResult result = new BenchResult(one, outcome, warmup);
          results.add(result);
          tell(progress, result, done == total);
        } else {
          failures.put(one, outcome.failure());
          progress.line(one.words() + ": " + outcome.failure());
        }
      }
    }
  }

  private BenchProcess.Outcome measure(
      BenchCase one, Progress progress, long done, BooleanSupplier interrupted)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("couplet-bench");
    try {
      long[] images = {done};
      return BenchProcess.run(
          one,
          folder,
          warmup + steps,
          trace,
          millis ->
              progress.stepTo(
                  images[0] += one.batch(),
                  String.format(Locale.ROOT, "%s: %.4g ms", one.words(), millis)),
          interrupted);
    } finally {
      WholeFile.delete(folder);
    }
  }

  // On a terminal the bar says it.
  private static void tell(Progress progress, BenchResult result, boolean last) {
    if (Progress.terminal()) {
      return;
    }
    String left =
        progress
            .timeLeft()
            .filter(time -> !last)
            .map(time -> "; about " + Progress.words(time) + " left")
            .orElse("");
    progress.line(
        String.format(
            Locale.ROOT,
            "%s: %.4g ms a step%s",
            result.measured().words(),
            result.medianMillis(),
            left));
  }
}
