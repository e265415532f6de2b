package org.couplet.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.couplet.io.AtomicFile;
import org.couplet.report.Progress;

/** Measures combinations, one after the other. */
public final class Bench {
  private final List<BenchCase> cases;
  private final int warmup;
  private final int steps;
  private final Optional<Path> trace;
  private final boolean tested;
  private final List<BenchResult> results = new ArrayList<>();
  private final Map<BenchCase, String> failures = new LinkedHashMap<>();

  /**
   * @param warmup steps before the timed ones
   * @param steps timed, at least 1
   * @param trace file for the timeline of a further step of the only combination
   * @param tested whether each program is self-tested first
   */
  public Bench(List<BenchCase> cases, int warmup, int steps, Optional<Path> trace, boolean tested) {
    this.cases = cases;
    this.warmup = warmup;
    this.steps = steps;
    this.trace = trace;
    this.tested = tested;
  }

  /** What was measured, in the combinations' order. */
  public List<BenchResult> results() {
    return results;
  }

  /** What could not be measured, and why. */
  public Map<BenchCase, String> failures() {
    return failures;
  }

  /**
   * Measures all; a combination that fails leaves the others alone.
   *
   * @param err where progress and failures go
   * @param interrupted asked after each step; true ends the work
   */
  public void run(PrintStream err, BooleanSupplier interrupted)
      throws IOException, InterruptedException {
    int each = warmup + steps;
    try (Progress progress = new Progress("bench", (long) each * cases.size(), err)) {
      for (int i = 0; i < cases.size(); i++) {
        BenchCase one = cases.get(i);
        BenchProcess.Outcome outcome = measure(i, progress, interrupted);
        if (interrupted.getAsBoolean()) {
          progress.line("interrupted at " + one.describe());
          return;
        }
        if (outcome.failure().isPresent()) {
          failures.put(one, outcome.failure().get());
          progress.line(one.describe() + ": " + outcome.failure().get());
        } else {
          BenchResult result = new BenchResult(one, outcome, warmup);
          results.add(result);
          report(progress, result, i == cases.size() - 1);
        }
      }
    }
  }

  private BenchProcess.Outcome measure(int index, Progress progress, BooleanSupplier interrupted)
      throws IOException, InterruptedException {
    BenchCase one = cases.get(index);
    int each = warmup + steps;
    long before = (long) each * index;
    String place = cases.size() == 1 ? "" : "%d of %d, ".formatted(index + 1, cases.size());
    progress.stepTo(before, place + "building");
    long begun = System.nanoTime();
    List<Double> millis = new ArrayList<>();
    List<Integer> batches = cases.stream().map(BenchCase::batch).toList();
    Path folder = Files.createTempDirectory("couplet-bench");
    try {
      return BenchProcess.run(
          one,
          folder,
          warmup,
          steps,
          trace,
          tested,
          step -> {
            millis.add(step);
            if (millis.size() > 1) {
              progress.expect(
                  left(batches, index, each, (System.nanoTime() - begun) / 1e6, millis));
            }
            progress.stepTo(before + millis.size(), place + BenchResult.describe(step) + " ms");
          },
          interrupted);
    } finally {
      AtomicFile.delete(folder);
    }
  }

  /**
   * The time left, as if the later combinations took as long to begin as this one, and their steps
   * by their rows.
   *
   * @param batches rows of each combination
   * @param index of the combination that runs
   * @param each steps of a combination
   * @param elapsedMillis since it began
   * @param millis its steps so far, at least 2
   */
  static Duration left(
      List<Integer> batches, int index, int each, double elapsedMillis, List<Double> millis) {
    double step = millis.get(millis.size() - 1);
    double beginning = elapsedMillis - step * (millis.size() - 1);
    double left = step * (each - millis.size());
    for (int batch : batches.subList(index + 1, batches.size())) {
      left += beginning + (each - 1) * step * batch / batches.get(index);
    }
    return Duration.ofMillis(Math.round(left));
  }

  private static void report(Progress progress, BenchResult result, boolean last) {
    String left =
        progress
            .timeLeft()
            .filter(time -> !last)
            .map(time -> "; about " + Progress.describe(time) + " left")
            .orElse("");
    progress.line(
        result.measured().describe()
            + ": "
            + BenchResult.describe(result.medianMillis())
            + " ms a step"
            + left);
  }
}
