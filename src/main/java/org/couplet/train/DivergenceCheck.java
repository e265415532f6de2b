package org.couplet.train;

import java.io.IOException;
import org.couplet.run.Checkpoints;

/** Stops training at the first loss or gradient that is not finite, before it is saved. */
record DivergenceCheck(Checkpoints checkpoints) implements StepListener {
  @Override
  public void afterStep(Step step) throws IOException {
    double loss = step.metrics().loss();
    double norm = step.metrics().gradientNorm();
    if (Double.isFinite(loss) && Double.isFinite(norm)) {
      return;
    }
    // The loss is that of the weights before the step: a checkpoint of them is bad too.
    long lastGood = Double.isFinite(loss) ? step.completed() - 1 : step.completed() - 2;
    String good =
        checkpoints
            .latestUpTo(lastGood)
            .map(prefix -> "The last good checkpoint is " + prefix + "; --resume would lead here.")
            .orElse("There is no good checkpoint.");
    throw new DivergedException(
        "step "
            + step.completed()
            + ": the loss is "
            + loss
            + " and its gradient's norm "
            + norm
            + ". "
            + good
            + " Try a lower optimizer.learning_rate, optimizer.clip_norm=1, or"
            + " optimizer.warmup_steps=1000, in a new run.");
  }
}
