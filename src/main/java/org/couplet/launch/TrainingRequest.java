package org.couplet.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.run.RunFolder;

/**
 * What a training was asked for, as the options of {@code couplet train} say it.
 *
 * @param run its folder
 * @param resume whether a run that was begun there goes on
 * @param config of the experiment: a file, or the name of one that comes with Couplet
 * @param model a training program instead
 * @param sets {@code path=value}, settings instead of the config's
 * @param from another run to go on from, {@code RUN} or {@code RUN@STEP}
 * @param data images instead of the config's
 * @param features a feature network for FID instead of the config's
 * @param checkpoint the step to go back to
 * @param steps after which to stop; empty: all of the config
 * @param acceptsNewData whether another data file than before may be used
 */
public record TrainingRequest(
    RunFolder run,
    boolean resume,
    Optional<Path> config,
    Optional<Path> model,
    List<String> sets,
    Optional<String> from,
    Optional<String> data,
    Optional<String> features,
    Optional<Long> checkpoint,
    Optional<Long> steps,
    boolean acceptsNewData) {
  /** Copies the list. */
  public TrainingRequest {
    sets = List.copyOf(sets);
  }

  /** Whether it names an experiment, not only a run. */
  boolean namesExperiment() {
    return config.isPresent() || model.isPresent();
  }
}
