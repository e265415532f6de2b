package org.couplet.forecast;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.couplet.assembly.StepCost;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GeneratorInducedCouplingConfig;
import org.couplet.data.Dataset;
import org.couplet.data.MissingImages;
import org.couplet.doctor.CpuPeak;
import org.couplet.doctor.MachineProbe;
import org.couplet.doctor.TensorFlowProbe;
import org.couplet.image.FewImages;
import org.couplet.io.InvalidInputException;
import org.couplet.report.MetricsLog;
import org.couplet.report.Progress;
import org.couplet.run.RunFolder;

/**
 * What a training will take here, before its first step.
 *
 * @param gigaflop of a step
 * @param memoryBytes of the process, roughly
 * @param freeBytes of memory
 * @param totalBytes of memory and swap
 * @param stepSeconds of a step; absent where the machine's speed is unknown
 * @param isMeasured whether an earlier session of the run measured it
 */
public record Forecast(
    double gigaflop,
    double memoryBytes,
    double freeBytes,
    double totalBytes,
    OptionalDouble stepSeconds,
    boolean isMeasured) {
  // The estimate was never off by more than a third.
  private static final int SURELY_TOO_MUCH = 3;
  private static final Duration LONG = Duration.ofDays(7);
  // What steps reached on processors of three kinds was between 0.4 and 1.8 of this.
  private static final int FLOP_PER_CYCLE = 32;
  private static final double REACHED = 0.7;
  // Of calls and of reading the batch, which is all that a tiny network takes.
  private static final double SECONDS_BESIDE = 0.005;

  /**
   * Estimates, or takes what an earlier session measured.
   *
   * @param run may be empty
   * @param processes that share each batch; the step is this one's part
   */
  public static Forecast of(Experiment experiment, RunFolder run, int processes)
      throws IOException {
    MachineProbe machine = new MachineProbe(Path.of("/"));
    Experiment.Builder part = experiment.toBuilder();
    part.getRunBuilder().setBatchSize(experiment.getRun().getBatchSize() / processes);
    double gigaflop = gigaflop(part.build());
    double rows = experiment.getRun().getBatchSize();
    OptionalDouble measured = MetricsLog.last(run.metrics(), "images_per_second");
    OptionalDouble seconds =
        measured.isPresent() && measured.getAsDouble() > 0
            ? OptionalDouble.of(rows / measured.getAsDouble())
            : new TensorFlowProbe(Path.of("/")).mayUseGpu()
                ? OptionalDouble.empty()
                : seconds(gigaflop, machine.peak(), experiment.getRuntime().getThreads());
    return new Forecast(
        gigaflop,
        StepMemory.bytes(part.build()),
        machine.freeBytes(),
        machine.totalBytes(),
        seconds,
        measured.isPresent());
  }

  private static double gigaflop(Experiment experiment) {
    double mu = 0;
    if (experiment.getConsistency().getCoupling().hasGeneratorInduced()) {
      GeneratorInducedCouplingConfig induced =
          experiment.getConsistency().getCoupling().getGeneratorInduced();
      mu = (induced.getMu() + induced.getMuEnd()) / 2;
    }
    return StepCost.of(experiment, mu).flop() * experiment.getRun().getBatchSize() / 1e9;
  }

  private static OptionalDouble seconds(double gigaflop, Optional<CpuPeak> peak, int threads) {
    if (peak.isEmpty()) {
      return OptionalDouble.empty();
    }
    int cores = threads == 0 ? peak.get().cores() : Math.min(threads, peak.get().cores());
    double speed = REACHED * cores * FLOP_PER_CYCLE * peak.get().hertz() / 1e9;
    return OptionalDouble.of(SECONDS_BESIDE + gigaflop / speed);
  }

  /** Each fact as a line. */
  public List<String> facts(Experiment experiment, long steps) {
    long checkpoint = TrainingAssembly.stateValues(experiment) * Float.BYTES;
    return List.of(
        String.format(
            Locale.ROOT,
            "network: %,d parameters; a checkpoint takes %,d MB",
            TrainingAssembly.parameters(experiment),
            checkpoint >> 20),
        String.format(
            Locale.ROOT,
            "a step: %s GFLOP; memory: about %.1f GB (%.1f GB are free here)",
            plain(gigaflop),
            memoryBytes / 1e9,
            freeBytes / 1e9),
        "time: " + time(steps));
  }

  /** How long some steps will take. */
  public String time(long steps) {
    if (stepSeconds.isEmpty()) {
      return "unknown on this machine; `couplet bench` measures a step";
    }
    return String.format(
        Locale.ROOT,
        "about %s for %,d steps (%s s a step, %s)",
        isMeasured ? Progress.describe(duration(steps)) : rough(duration(steps)),
        steps,
        plain(stepSeconds.getAsDouble()),
        isMeasured
            ? "as measured in this run"
            : "a guess by the processor's clock, within a factor of two");
  }

  // Two digits, without an exponent.
  private static String plain(double value) {
    return new BigDecimal(value).round(new MathContext(2)).toPlainString();
  }

  /** A duration that is a guess: in one unit. */
  static String rough(Duration duration) {
    double minutes = duration.toSeconds() / 60.0;
    double hours = minutes / 60;
    return minutes < 90
        ? Math.max(1, Math.round(minutes)) + " min"
        : hours < 48 ? Math.round(hours) + " hours" : plain(hours / 24) + " days";
  }

  private Duration duration(long steps) {
    return Duration.ofSeconds((long) (steps * stepSeconds.orElse(0)));
  }

  /**
   * Requires memory that a machine of this size can have at all, swap included.
   *
   * @throws InvalidInputException if even a far smaller step would not fit
   */
  public void requireMemory() {
    if (memoryBytes > SURELY_TOO_MUCH * totalBytes) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "run.batch_size: the training needs about %.1f GB of memory, and this machine has %.1f"
                  + " GB. Lower it, or set optimizer.accumulate to split the batch, or"
                  + " runtime.remat",
              memoryBytes / 1e9,
              totalBytes / 1e9));
    }
  }

  /** What to know before it begins. */
  public List<String> warnings(Experiment experiment, long steps) throws IOException {
    List<String> warnings = new ArrayList<>(warnings(steps));
    DatasetConfig data = experiment.getDataset();
    if (data.hasImageFile() && MissingImages.of(data).isEmpty()) {
      try (Dataset images = Dataset.open(data)) {
        FewImages.note(images.size()).ifPresent(note -> warnings.add("warning: " + note));
      }
    }
    return warnings;
  }

  List<String> warnings(long steps) {
    List<String> warnings = new ArrayList<>();
    if (duration(steps).compareTo(LONG) > 0) {
      warnings.add(
          "warning: this takes more than a week here. Choose a smaller config (photos64_small for"
              + " own photos, cifar10_small_gc, quickstart), fewer steps (--set run.steps=N), or a"
              + " machine with a GPU");
    }
    if (memoryBytes > freeBytes) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "warning: the training needs about %.1f GB of memory, and %.1f GB are free. Set"
                  + " optimizer.accumulate to split the batch, or runtime.remat, or lower"
                  + " run.batch_size",
              memoryBytes / 1e9,
              freeBytes / 1e9));
    }
    return warnings;
  }
}
