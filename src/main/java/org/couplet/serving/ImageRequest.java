package org.couplet.serving;

import java.util.List;
import java.util.Optional;
import org.couplet.program.SamplingProgram.ClassChoice;

/**
 * Samples that are wanted.
 *
 * @param seed of the noise
 * @param walk to another seed, if any
 * @param count rows 0 to {@code count - 1} of the seed
 * @param sigmas noise levels, as {@code couplet sample} takes them
 * @param classes of the rows; empty for as often as in the data
 * @param guidance of a score model's flow, if any; see {@link
 *     org.couplet.program.SamplingProgram#guided}
 */
public record ImageRequest(
    long seed,
    Optional<Walk> walk,
    int count,
    List<Double> sigmas,
    Optional<ClassChoice> classes,
    Optional<Double> guidance) {
  /**
   * Between the noise of two seeds.
   *
   * @param to the other seed
   * @param at 0 for the one, 1 for the other
   */
  public record Walk(long to, double at) {}
}
