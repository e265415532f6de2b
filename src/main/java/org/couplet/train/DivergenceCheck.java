package org.couplet.train;

import java.io.IOException;

/** Stops training at the first loss or gradient that is not finite, before it is saved. */
record DivergenceCheck(Checkpoints checkpoints) implements StepListener {
  @Override
  public void afterStep(Step step) throws IOException {
    double loss = step.metrics().loss();
    double norm = step.metrics().gradientNorm();
    if (Double.isFinite(loss) && Double.isFinite(norm)) {
      return;
    }
    String good =
        checkpoints
            .latest()
            .map(prefix -> "The last good checkpoint is " + prefix + "; --resume goes on from it.")
            .orElse("There is no checkpoint yet.");
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
