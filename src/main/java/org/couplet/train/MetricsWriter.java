package org.couplet.train;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.couplet.config.proto.Experiment;
import org.couplet.io.ErrorStream;
import org.couplet.report.Progress;

/** Logs the step's numbers: to {@code metrics.jsonl}, TensorBoard and the terminal. */
final class MetricsWriter implements StepListener {
  private final RunStreams streams;
  private final FirstLevelsLoss comparable;
  private final boolean hasGap;
  private final int batchSize;
  private final long every;
  private final long planned;
  private final long last;
  private final SkippedSteps skipped;
  private final long begun = System.nanoTime();
  private double intervalSeconds;
  private long intervalSteps;
  private long intervalLosses;
  private double intervalLoss;
  private double intervalWaitedSeconds;
  private double intervalPairingSeconds;

  /**
   * A writer for one session of a run.
   *
   * @param comparable the loss that keeps its meaning during the run
   * @param last the step at which this session ends
   * @param skipped steps, whose loss does not count
   */
  MetricsWriter(
      RunStreams streams,
      Experiment experiment,
      FirstLevelsLoss comparable,
      long last,
      SkippedSteps skipped) {
    this.skipped = skipped;
    this.streams = streams;
    this.comparable = comparable;
    this.hasGap = experiment.getConsistency().getLevels().hasTuning();
    this.batchSize = experiment.getRun().getBatchSize();
    this.every = experiment.getRun().getLogEvery();
    this.planned = experiment.getRun().getSteps();
    this.last = last;
  }

  @Override
  public void afterStep(Step step) throws IOException {
    intervalSteps++;
    if (step.metrics().isFinite()) {
      intervalLosses++;
      intervalLoss += step.metrics().loss();
    }
    intervalSeconds += step.seconds();
    intervalWaitedSeconds += step.waitedSeconds();
    intervalPairingSeconds += step.pairingSeconds();
    double imagesPerSecond = intervalSteps * batchSize / intervalSeconds;
    String message =
        String.format(
            Locale.ROOT,
            "loss %.4g  %.1f images/s",
            intervalLoss / intervalLosses,
            imagesPerSecond);
    streams.progress().stepTo(step.completed(), message);
    boolean due = step.completed() % every == 0 || step.completed() == last;
    if (due || step.gradientVariance().isPresent()) {
      write(step, imagesPerSecond);
      if (!ErrorStream.isTerminal()) {
        streams.progress().line(line(step.completed(), message));
      }
      intervalSeconds = 0;
      intervalSteps = 0;
      intervalLosses = 0;
      intervalLoss = 0;
      intervalWaitedSeconds = 0;
      intervalPairingSeconds = 0;
    }
  }

  private String line(long completed, String message) {
    String left =
        streams
            .progress()
            .timeLeft()
            .map(time -> "  " + Progress.describe(time) + " left")
            .orElse("");
    return "step " + completed + "/" + last + "  " + message + left;
  }

  private void write(Step step, double imagesPerSecond) throws IOException {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("step", step.completed());
    values.put("seconds", streams.secondsBefore() + (System.nanoTime() - begun) / 1e9);
    values.put("loss", intervalLoss / intervalLosses);
    comparable
        // At the run's end, not the session's: a resumed run is to log what a straight one does.
        .after(step.completed(), step.completed() == planned)
        .ifPresent(value -> values.put(FirstLevelsLoss.NAME, value));
    values.put("gradient_norm", step.metrics().gradientNorm());
    step.gradientVariance().ifPresent(value -> values.put("gradient_variance", value));
    values.put("images_per_second", imagesPerSecond);
    values.put("waited_seconds_per_step", intervalWaitedSeconds / intervalSteps);
    if (intervalPairingSeconds > 0) {
      values.put("pairing_seconds_per_step", intervalPairingSeconds / intervalSteps);
    }
    if (skipped.isOn()) {
      values.put(SkippedSteps.TOTAL, skipped.total());
    }
    values.put("num_levels", step.numbers().numLevels());
    values.put("mu", step.numbers().mu());
    if (hasGap) {
      values.put("gap", step.numbers().gap());
    }
    values.put("learning_rate", step.numbers().learningRate());
    values.put("ema_decay", step.numbers().emaDecay());
    streams.log().write(values);
    for (Map.Entry<String, Number> value : values.entrySet()) {
      if (!value.getKey().equals("step")) {
        streams.events().scalar(step.completed(), value.getKey(), value.getValue().doubleValue());
      }
    }
    streams.events().flush();
  }
}
