package org.couplet.sampling;

import java.util.List;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SampleForm;
import org.couplet.program.SamplingProgram;
import org.tensorflow.types.TUint8;

/**
 * The samples on the way from the noise of one seed to that of another.
 *
 * @param program that makes them
 * @param from seed of the first frame
 * @param to seed of the last frame
 * @param frames at least 2
 * @param rows how many samples move beside each other, rows 0 to {@code rows - 1} of the seeds
 * @param sigmas as {@link SamplingProgram#samples} takes them
 */
public record SampleWalk(
    SamplingProgram program, long from, long to, int frames, int rows, List<Double> sigmas) {
  /**
   * Requires samples of which a movie can be made.
   *
   * @throws InvalidInputException if they are points, or too many images
   */
  public static void requireFor(SampleForm samples, int frames, int rows) {
    if (!samples.images()) {
      throw new InvalidInputException("--interpolate: samples are points; it is for images");
    }
    Movie.requireFew(frames, rows, samples.element());
  }

  /**
   * Makes the samples.
   *
   * @param beforeEach run before each row of samples is made; may end it with an exception
   */
  public Movie movie(Runnable beforeEach) {
    requireFor(program.form(), frames, rows);
    byte[][] walks = new byte[rows][];
    for (int row = 0; row < rows; row++) {
      beforeEach.run();
      walks[row] = walk(row);
    }
    return new Movie(walks, frames, program.elementShape());
  }

  // All frames of one row of samples, [frames, height, width, channels].
  private byte[] walk(int row) {
    int size = (int) program.elementShape().size();
    byte[] walk = new byte[frames * size];
    for (int first = 0; first < frames; first += Contract.SAMPLES_AT_ONCE) {
      int count = Math.min(Contract.SAMPLES_AT_ONCE, frames - first);
      NoiseWalk noise =
          new NoiseWalk(
              program.start(from, row, 1),
              program.start(to, row, 1),
              NoiseWalk.places(first, count, frames));
      try (TUint8 images = program.images(noise, count, sigmas)) {
        images.asRawTensor().data().read(walk, first * size, count * size);
      }
    }
    return walk;
  }
}
