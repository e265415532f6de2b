package org.couplet.program;

/**
 * The numbers of one training step, computed by the driver's schedules.
 *
 * @param seed of the run
 * @param sigmas the noise levels, rising, padded to the program's length
 * @param numLevels N: how many of them count
 * @param mu mixing factor of the coupling, in [0, 1]
 * @param gap of tuning's levels, in (0, 1]
 * @param learningRate step size
 * @param emaDecay decay of the moving average, in [0, 1]
 */
@SuppressWarnings("ArrayRecordComponent") // made once a step and only read
public record ScheduledValues(
    long seed,
    double[] sigmas,
    int numLevels,
    double mu,
    double gap,
    double learningRate,
    double emaDecay) {
  /** The same with another seed, for measurements beside the training's own draws. */
  public ScheduledValues withSeed(long other) {
    return new ScheduledValues(other, sigmas, numLevels, mu, gap, learningRate, emaDecay);
  }
}
