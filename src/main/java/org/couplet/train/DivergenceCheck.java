package org.couplet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.config.proto.Experiment;
import org.couplet.io.Invocation;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;

/**
 * Stops training at the first loss or gradient that is not finite, before it is saved; where the
 * program skips such steps, after too many in a row.
 */
record DivergenceCheck(
    Experiment experiment,
    RunFolder folder,
    Checkpoints checkpoints,
    SkippedSteps skipped,
    RunStreams streams)
    implements StepListener {
  @Override
  public void afterStep(Step step) throws IOException {
    if (step.metrics().isFinite()) {
      skipped.passed();
      return;
    }
    if (!skipped.isOn()) {
      throw new DivergedException(found(step) + remedies(step));
    }
    if (!skipped.skipped(step.completed(), streams.log())) {
      throw new DivergedException(
          found(step)
              + "Steps in a row that are not finite: %d, where run.skip_nonfinite allows %d. Go on with a lower rate: %s --set optimizer.learning_rate=%s"
                  .formatted(skipped.limit() + 1, skipped.limit(), resume(), lowerRate()));
    }
  }

  @Override
  public void finish(long completed) {
    if (skipped.total() > 0) {
      streams
          .progress()
          .line(
              "note: %d steps of this run were not finite and skipped".formatted(skipped.total()));
    }
  }

  private static String found(Step step) {
    return "step "
        + step.completed()
        + ": the loss is "
        + step.metrics().loss()
        + " and its gradient's norm "
        + step.metrics().gradientNorm()
        + ". ";
  }

  private String remedies(Step step) throws IOException {
    // The loss is that of the weights before the step: a checkpoint of them is bad too.
    long lastGood =
        Double.isFinite(step.metrics().loss()) ? step.completed() - 1 : step.completed() - 2;
    String more = "optimizer.clip_norm=1, optimizer.warmup_steps=1000 or run.skip_nonfinite=10";
    Optional<Path> good = checkpoints.latestUpTo(lastGood);
    if (good.isEmpty()) {
      return "There is no good checkpoint. Begin a run with a lower optimizer.learning_rate, or with "
          + more
          + ".";
    }
    String at = String.valueOf(good.get().getFileName()).replace("step-", "");
    return "The last good checkpoint is %s; --resume alone would lead here. Go on from it with a lower rate: %s --checkpoint %s --set optimizer.learning_rate=%s. Or begin a run with --from %s@%s and %s."
        .formatted(good.get(), resume(), at, lowerRate(), folder.root(), at, more);
  }

  private String resume() {
    return Invocation.ofProcess().line("train", "--run", folder.root(), "--resume");
  }

  private double lowerRate() {
    return experiment.getOptimizer().getLearningRate() / 2;
  }
}
