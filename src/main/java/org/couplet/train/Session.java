package org.couplet.train;

import java.util.Optional;
import java.util.OptionalLong;
import org.couplet.config.proto.Experiment;

/**
 * What one session of a run trains, and from where.
 *
 * @param experiment resolved; paths in it may have moved since the run began
 * @param settings the run's new settings, which replace its config once a checkpoint is restored;
 *     empty to keep them
 * @param checkpoint the step whose checkpoint the session goes on from; empty for the newest
 * @param acceptsNewData whether another data file than before may be used
 */
public record Session(
    Experiment experiment,
    Optional<Experiment> settings,
    OptionalLong checkpoint,
    boolean acceptsNewData) {
  /** A session that changes nothing of its run. */
  public static Session of(Experiment experiment) {
    return new Session(experiment, Optional.empty(), OptionalLong.empty(), false);
  }
}
