package org.couplet.train;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.couplet.program.SamplingProgram;
import org.couplet.program.TrainingProgram;
import org.couplet.report.EventWriter;
import org.couplet.report.SampleGrid;
import org.couplet.sampling.SampleLevels;
import org.couplet.sampling.SamplePicture;

/**
 * Draws samples with the averaged and the online weights, from the same noise each time: in one
 * step from a consistency model, along its flow from a score model.
 */
final class SampleWriter implements StepListener {
  private final SamplingProgram average;
  private final SamplingProgram online;
  private final Path folder;
  private final EventWriter events;
  private final long seed;
  private final int count;
  private final long every;
  private long drawn = -1;

  SampleWriter(
      TrainingProgram program, Path folder, EventWriter events, long seed, int count, long every) {
    this.average = program.average();
    this.online = program.online();
    this.folder = folder;
    this.events = events;
    this.seed = seed;
    this.count = count;
    this.every = every;
  }

  @Override
  public void afterStep(Step step) throws IOException {
    if (every > 0 && step.completed() % every == 0) {
      draw(step.completed());
    }
  }

  @Override
  public void finish(long completed) throws IOException {
    if (every > 0 && drawn != completed) {
      draw(completed);
    }
  }

  private void draw(long step) throws IOException {
    draw(step, "ema", average);
    draw(step, "online", online);
    events.flush();
    drawn = step;
  }

  private void draw(long step, String weights, SamplingProgram program) throws IOException {
    BufferedImage picture =
        SamplePicture.of(program, seed, count, SampleLevels.of(program), () -> {});
    SampleGrid.writePng(
        picture, folder.resolve(String.format(Locale.ROOT, "step-%07d-%s.png", step, weights)));
    events.image(step, "samples/" + weights, picture);
  }
}
