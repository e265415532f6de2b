package org.couplet.sampling;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.couplet.chart.CloudChart;
import org.couplet.chart.Figure;
import org.couplet.chart.Palette;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PictureLimit;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.report.SampleGrid;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Samples of a program as one picture: a grid of images, or a cloud of points. */
public final class SamplePicture {
  private static final double AXES = 2;
  private static final int SIZE = 480;
  // More at once would only take more memory.
  private static final int CHUNK = 64;
  static final int PADDING = 2;

  private SamplePicture() {}

  /**
   * Makes samples and draws them.
   *
   * @param seed of the noise
   * @param count number of samples, from row 0 on
   * @param sigmas as {@link SamplingProgram#samples} takes them
   * @param beforeEach run before each part of the samples is made; may end it with an exception
   */
  public static BufferedImage of(
      SamplingProgram program, long seed, int count, List<Double> sigmas, Runnable beforeEach) {
    if (!program.makesImages()) {
      beforeEach.run();
      try (TFloat32 points = program.samples(seed, 0, count, sigmas)) {
        return cloud(Floats.of(points));
      }
    }
    Shape image = program.elementShape();
    ChosenClasses lines =
        program.classChoice() instanceof ChosenClasses chosen && chosen.numbers().size() > 1
            ? chosen
            : null;
    requireFew(lines == null ? count : lines.places(count), image);
    int values = (int) image.size();
    byte[] bytes = new byte[count * values];
    for (int first = 0; first < count; first += CHUNK) {
      beforeEach.run();
      int rows = Math.min(CHUNK, count - first);
      try (TUint8 images = program.images(seed, first, rows, sigmas)) {
        images.asRawTensor().data().read(bytes, first * values, rows * values);
      }
    }
    return lines == null
        ? grid(bytes, count, image, 0, PADDING)
        : grid(
            lines.inLines(bytes, count), lines.places(count), image, lines.columns(count), PADDING);
  }

  /**
   * Requires no more images than a picture can have.
   *
   * @param image [height, width, channels]
   */
  static void requireFew(int count, Shape image) {
    Optional<String> refusal = PictureLimit.refusal(count, image.get(0), image.get(1));
    if (refusal.isPresent()) {
      throw new InvalidInputException(
          "--count: " + refusal.get() + ", or use --output NAME/ for a file each");
    }
  }

  /**
   * Images as a grid that can be looked at.
   *
   * @param pixels [count, height, width, channels]
   * @param image [height, width, channels]
   * @param columns 0 for as many as make it square
   */
  static BufferedImage grid(byte[] pixels, int count, Shape image, int columns, int padding) {
    return SampleGrid.of(
        pixels,
        count,
        (int) image.get(0),
        (int) image.get(1),
        (int) image.get(2),
        columns,
        padding,
        SampleGrid.AUTOMATIC);
  }

  /** Pixels that the first line of a picture of square images takes. */
  static int lineHeight(int imageHeight) {
    return SampleGrid.magnified(imageHeight) + 2 * PADDING;
  }

  private static BufferedImage cloud(float[] points) {
    CloudChart.Cloud samples = new CloudChart.Cloud("samples", points, Palette.colour(0));
    CloudChart chart = new CloudChart("", "x", "y", List.of(samples), List.of(), -AXES, AXES);
    return Figure.picture(chart, SIZE, SIZE);
  }
}
