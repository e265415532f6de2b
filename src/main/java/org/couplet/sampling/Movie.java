package org.couplet.sampling;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.io.PictureLimit;
import org.couplet.report.AnimatedGif;
import org.couplet.report.SampleGrid;
import org.tensorflow.ndarray.Shape;

/**
 * Images that change from frame to frame, one or several beside each other.
 *
 * @param walks of each image, all its frames: [frames, height, width, channels]
 * @param frames at least 2
 * @param image [height, width, channels]
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record Movie(byte[][] walks, int frames, Shape image) {
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
   * Requires frames that fit into memory together.
   *
   * @param rows how many images change beside each other
   * @param image [height, width, channels]
   * @throws InvalidInputException if they don't
   */
  public static void requireFew(int frames, int rows, Shape image) {
    Optional<String> refusal =
        PictureLimit.refusal((long) frames * rows, image.get(0), image.get(1));
    if (refusal.isPresent()) {
      throw new InvalidInputException(
          "--frames: " + refusal.get() + (rows == 1 ? "" : " in all, --frames times --count"));
    }
  }

  /**
   * Writes it.
   *
   * @param name ending in {@code .gif}, {@code .png} or a slash
   */
  public void write(String name, Output output) throws IOException {
    if (name.endsWith(".gif")) {
      AnimatedGif.write(this::pictures, HUNDREDTHS, output.path());
    } else if (name.endsWith(".png")) {
      SampleGrid.writePng(allFrames(), output.path());
    } else {
      output.createFolder(this::writeFrames);
    }
  }

  private Iterator<BufferedImage> pictures() {
    return IntStream.range(0, frames).mapToObj(this::picture).iterator();
  }

  private BufferedImage picture(int frame) {
    int rows = walks.length;
    int size = walks[0].length / frames;
    byte[] samples = new byte[rows * size];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(walks[row], frame * size, samples, row * size, size);
    }
    return grid(samples, rows, 0, rows == 1 ? 0 : SamplePicture.PADDING);
  }

  // One walk after the other; several have a line each.
  private BufferedImage allFrames() {
    int rows = walks.length;
    byte[] all = new byte[rows * walks[0].length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(walks[row], 0, all, row * walks[row].length, walks[row].length);
    }
    return grid(all, rows * frames, rows == 1 ? 0 : frames, SamplePicture.PADDING);
  }

  private BufferedImage grid(byte[] images, int count, int columns, int padding) {
    return SamplePicture.grid(images, count, image, columns, padding);
  }

  private void writeFrames(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int frame = 0; frame < frames; frame++) {
      SampleGrid.writePng(picture(frame), SampleOutput.numbered(folder, frame));
    }
  }
}
