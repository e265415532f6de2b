package org.couplet.sampling;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.couplet.chart.LabelledGrids;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.report.AnimatedGif;

/**
 * The pictures that a run drew of its averaged weights' samples, from the same noise each time.
 *
 * @param files with the step at which each was drawn, in its order
 */
public record TrainingPictures(List<OfStep> files) {
  private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})-ema\\.png");
  // Half a second each.
  private static final int HUNDREDTHS = 50;
  private static final int MOST_ROWS = 12;

  /** A picture of a step. */
  public record OfStep(long step, Path file) {
    BufferedImage picture() throws IOException {
      BufferedImage picture = FileFailure.reading(file, () -> ImageIO.read(file.toFile()));
      if (picture == null) {
        throw new InvalidInputException(file + ": is not a picture; remove it");
      }
      return picture;
    }

    private BufferedImage unchecked() {
      try {
        return picture();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Finds them.
   *
   * @param folder of a run's pictures
   * @throws InvalidInputException if there is none
   */
  public static TrainingPictures in(Path folder) throws IOException {
    List<OfStep> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path file : entries.sorted().toList()) {
          Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
          if (name.matches()) {
            found.add(new OfStep(Long.parseLong(name.group(1)), file));
          }
        }
      }
    }
    if (found.isEmpty()) {
      throw new InvalidInputException(
          folder
              + ": no pictures of samples; train with evaluation.sample_every above 0 to have some");
    }
    return new TrainingPictures(List.copyOf(found));
  }

  /** The whole pictures, one after another. */
  public void writeMovie(Path file) throws IOException {
    // One at a time: together they may be more than memory holds.
    AnimatedGif.write(() -> files.stream().map(OfStep::unchecked).iterator(), HUNDREDTHS, file);
  }

  /**
   * The first line of samples of each below each other, with their steps; of many steps some,
   * evenly, and the last.
   *
   * @param height of a sample, pixels, as a config has it
   */
  public BufferedImage firstLines(int height) throws IOException {
    List<LabelledGrids.Line> lines = new ArrayList<>();
    int rows = Math.min(files.size(), MOST_ROWS);
    int line = SamplePicture.lineHeight(height);
    for (int row = 1; row <= rows; row++) {
      OfStep one = files.get((int) Math.ceil((double) row * files.size() / rows) - 1);
      BufferedImage picture = one.picture();
      lines.add(
          new LabelledGrids.Line(
              "step " + one.step(),
              picture.getSubimage(0, 0, picture.getWidth(), Math.min(line, picture.getHeight()))));
    }
    return LabelledGrids.of(lines);
  }
}
