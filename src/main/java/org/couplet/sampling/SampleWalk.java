package org.couplet.sampling;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.program.SamplingProgram;
import org.couplet.report.AnimatedGif;
import org.couplet.report.SampleGrid;
import org.tensorflow.types.TUint8;

/**
 * A movie: the samples on the way from the noise of one seed to that of another.
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
  private static final int HUNDREDTHS = 5;
  private static final String FORMS =
      "give NAME.gif for a movie, NAME.png for all frames in one picture, or NAME/ for a folder of"
          + " frames";

  /**
   * Requires a place that a movie can be written to.
   *
   * @param name as the user gave it
   */
  public static Output place(String name, boolean overwrite) throws IOException {
    Output output = new Output("output", Path.of(name), overwrite);
    if (name.endsWith("/")) {
      return output.requireFolder(SampleOutput::isNumbered);
    }
    if (!name.endsWith(".gif") && !name.endsWith(".png")) {
      throw new InvalidInputException("--output " + name + ": " + FORMS);
    }
    return output.requireFile();
  }

  /**
   * Makes the samples and writes them.
   *
   * @param name ending in {@code .gif}, {@code .png} or a slash
   * @param beforeEach run before each row of samples is made; may end it with an exception
   */
  public void write(String name, Output output, Runnable beforeEach) throws IOException {
    if (!program.makesImages()) {
      throw new InvalidInputException("--interpolate: samples are points; it is for images");
    }
    byte[][] walks = new byte[rows][];
    for (int row = 0; row < rows; row++) {
      beforeEach.run();
      walks[row] = walk(row);
    }
    if (name.endsWith(".gif")) {
      AnimatedGif.write(() -> pictures(walks), HUNDREDTHS, output.path());
    } else if (name.endsWith(".png")) {
      SampleGrid.writePng(allFrames(walks), output.path());
    } else {
      output.createFolder(folder -> writeFrames(folder, walks));
    }
  }

  // All frames of one row of samples, [frames, height, width, channels].
  private byte[] walk(int row) {
    int size = (int) program.elementShape().size();
    byte[] walk = new byte[frames * size];
    for (int first = 0; first < frames; first += Contract.SAMPLES_AT_ONCE) {
      int count = Math.min(Contract.SAMPLES_AT_ONCE, frames - first);
      double[] places =
          IntStream.range(first, first + count)
              .mapToDouble(frame -> frame / (frames - 1.0))
              .toArray();
      NoiseWalk noise =
          new NoiseWalk(program.start(from, row, 1), program.start(to, row, 1), places);
      try (TUint8 images = program.images(noise, count, sigmas)) {
        images.asRawTensor().data().read(walk, first * size, count * size);
      }
    }
    return walk;
  }

  private Iterator<BufferedImage> pictures(byte[][] walks) {
    return IntStream.range(0, frames).mapToObj(frame -> picture(walks, frame)).iterator();
  }

  private BufferedImage picture(byte[][] walks, int frame) {
    int size = walks[0].length / frames;
    byte[] samples = new byte[rows * size];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(walks[row], frame * size, samples, row * size, size);
    }
    return grid(samples, rows, 0, rows == 1 ? 0 : SamplePicture.PADDING);
  }

  // One walk after the other; several have a line each.
  private BufferedImage allFrames(byte[][] walks) {
    byte[] all = new byte[rows * walks[0].length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(walks[row], 0, all, row * walks[row].length, walks[row].length);
    }
    return grid(all, rows * frames, rows == 1 ? 0 : frames, SamplePicture.PADDING);
  }

  private BufferedImage grid(byte[] images, int count, int columns, int padding) {
    return SamplePicture.grid(images, count, program.elementShape(), columns, padding);
  }

  private void writeFrames(Path folder, byte[][] walks) throws IOException {
    Files.createDirectories(folder);
    for (int frame = 0; frame < frames; frame++) {
      SampleGrid.writePng(picture(walks, frame), SampleOutput.numbered(folder, frame));
    }
  }
}
