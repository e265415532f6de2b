package org.couplet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.couplet.io.AtomicFile;
import org.couplet.program.SamplingProgram;
import org.couplet.program.TrainingProgram;
import org.couplet.report.Json;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;

/**
 * Measures the FID of the averaged weights every so many steps, from the same noise each time, logs
 * it in a line of its own, and keeps the weights that had the lowest. The step is saved before, and
 * a measurement that a resumed run lacks is made up for.
 */
final class FidWriter implements StepListener {
  private static final String FID = "fid";

  private final TrainingProgram program;
  private final SamplingProgram average;
  private final FidReference reference;
  private final BooleanSupplier interrupted;
  private final Checkpoints checkpoints;
  private final Checkpoints bestCheckpoint;
  private final Path metrics;
  private final Path bestFid;
  private final RunStreams streams;
  private double best = Double.POSITIVE_INFINITY;

  /**
   * @param reference stays the caller's
   * @param interrupted asked now and then; true gives a measurement up
   */
  FidWriter(
      TrainingProgram program,
      FidReference reference,
      BooleanSupplier interrupted,
      Checkpoints checkpoints,
      RunFolder folder,
      RunStreams streams) {
    this.program = program;
    this.average = program.average();
    this.reference = reference;
    this.interrupted = interrupted;
    this.checkpoints = checkpoints;
    this.bestCheckpoint = new Checkpoints(folder.best(), 1);
    this.metrics = folder.metrics();
    this.bestFid = folder.bestFid();
    this.streams = streams;
  }

  @Override
  public void begin(long completed) throws IOException {
    Map<Long, Double> measured = new HashMap<>();
    for (Map<String, Double> line : MetricsLog.read(metrics)) {
      if (line.containsKey(FID)) {
        measured.put(
            Math.round(line.getOrDefault("step", 0.0)), line.getOrDefault(FID, Double.NaN));
      }
    }
    // One beyond what this run goes on from, alone, stays until the next measurement replaces it.
    Map<Long, Double> known = new HashMap<>(measured);
    known.putAll(kept(completed));
    Optional<Long> step =
        bestCheckpoint.completed().stream().filter(known::containsKey).max(Long::compare);
    if (step.isPresent()) {
      best = known.getOrDefault(step.get(), best);
      bestCheckpoint.keepOnly(step.get());
    }
    if (isDue(completed) && !measured.containsKey(completed)) {
      measure(completed);
    }
  }

  // Beside the weights, should the log be lost.
  private Map<Long, Double> kept(long completed) throws IOException {
    OptionalDouble step = MetricsLog.last(bestFid, "step");
    OptionalDouble fid = MetricsLog.last(bestFid, FID);
    return step.isPresent() && fid.isPresent() && step.getAsDouble() <= completed
        ? Map.of(Math.round(step.getAsDouble()), fid.getAsDouble())
        : Map.of();
  }

  @Override
  public void afterStep(Step step) throws IOException {
    if (isDue(step.completed())) {
      measure(step.completed());
    }
  }

  private boolean isDue(long step) {
    return step > 0 && step % reference.every() == 0;
  }

  private void measure(long step) throws IOException {
    // A kill while it works, perhaps long, is to lose no step.
    checkpoints.save(program, step);
    streams
        .progress()
        .line(
            "step "
                + step
                + ": measuring the "
                + reference.name()
                + " of "
                + reference.samples()
                + " samples");
    OptionalDouble fid = reference.fid(average, seen -> goesOn(step, seen));
    if (fid.isPresent()) {
      report(step, fid.getAsDouble());
    }
  }

  private boolean goesOn(long step, long seen) {
    streams
        .progress()
        .stepTo(
            step, "%s: %d of %d samples".formatted(reference.name(), seen, reference.samples()));
    return !interrupted.getAsBoolean();
  }

  private void report(long step, double fid) throws IOException {
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put(FID, fid);
    line.put("fid_samples", reference.samples());
    boolean isBest = fid < best;
    if (isBest) {
      best = fid;
      bestCheckpoint.save(program, step);
      AtomicFile.write(bestFid, Json.GSON.toJson(line) + "\n");
    }
    streams.log().write(line);
    streams.events().scalar(step, FID, fid);
    streams.events().flush();
    streams
        .progress()
        .line(
            String.format(
                Locale.ROOT,
                "step %d: %s %.4g over %d samples, %s",
                step,
                reference.name(),
                fid,
                reference.samples(),
                isBest ? "the best so far" : String.format(Locale.ROOT, "the best is %.4g", best)));
  }
}
