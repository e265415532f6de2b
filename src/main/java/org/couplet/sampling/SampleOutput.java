package org.couplet.sampling;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.couplet.program.SampleForm;
import org.couplet.report.SampleGrid;
import org.tensorflow.ndarray.Shape;

/**
 * Where samples go: a grid, an array file or a folder of pictures, chosen by the name's ending.
 *
 * @param output where
 * @param kind what it is
 */
public record SampleOutput(Output output, Kind kind) {
  private static final Pattern SAMPLE = Pattern.compile("\\d{6,}\\.png");
  private static final int MOST_IN_A_GRID = 10_000;

  private enum Kind {
    GRID,
    ARRAY,
    FOLDER
  }

  /**
   * Chooses the kind.
   *
   * @param name as the user gave it
   * @param overwrite whether what is there may be replaced
   */
  public static SampleOutput of(String name, boolean overwrite) {
    Kind kind =
        name.endsWith(".png")
            ? Kind.GRID
            : name.endsWith(".npz") ? Kind.ARRAY : name.endsWith("/") ? Kind.FOLDER : null;
    if (kind == null) {
      throw new InvalidInputException(
          "--output "
              + name
              + ": give NAME.png for a grid, NAME.npz for an array, or NAME/ for a folder of PNGs");
    }
    return new SampleOutput(new Output("output", Path.of(name), overwrite), kind);
  }

  /**
   * Requires a place that can be written to, with nothing there that must stay.
   *
   * @return this
   * @throws InvalidInputException if not
   */
  public SampleOutput require() throws IOException {
    if (kind == Kind.FOLDER) {
      output.requireFolder(SampleOutput::isNumbered);
    } else {
      output.requireFile();
    }
    return this;
  }

  /**
   * Requires samples that can go there.
   *
   * @throws InvalidInputException if there are too many for a grid, or points for a folder
   */
  public void requireFor(SampleForm samples, int count) {
    if (kind == Kind.FOLDER && !samples.images()) {
      throw new InvalidInputException(
          "--output " + output.path() + "/: samples are points; use NAME.png or NAME.npz");
    }
    if (kind == Kind.GRID && count > MOST_IN_A_GRID) {
      throw new InvalidInputException(
          "--count: a grid holds at most " + MOST_IN_A_GRID + " samples; use --output NAME/");
    }
    if (kind == Kind.GRID && samples.images()) {
      SamplePicture.requireFew(count, samples.element());
    }
  }

  /** Whether {@link #write} reports how far it is. */
  public boolean showsProgress() {
    return kind != Kind.GRID;
  }

  /** Makes the samples and writes them; nothing is left behind if that fails. */
  public void write(SampleDraw draw) throws IOException {
    Path path = output.path();
    switch (kind) {
      case GRID -> SampleGrid.writePng(draw.picture(), path);
      case ARRAY ->
          FileFailure.needing(
              () -> (long) draw.count() * draw.rowBytes(),
              () -> AtomicFile.write(path, out -> writeArray(out, draw)));
      case FOLDER -> output.createFolder(folder -> writeFolder(folder, draw));
    }
  }

  private static void writeArray(OutputStream out, SampleDraw draw) throws IOException {
    Shape shape = Shape.of(draw.count()).append(draw.program().elementShape());
    NpyType type = draw.program().makesImages() ? NpyType.U1 : NpyType.F4;
    try (NpzWriter npz = new NpzWriter(out)) {
      try (OutputStream values = npz.begin("arr_0", type, shape)) {
        draw.each((index, row) -> values.write(row));
      }
      if (draw.program().hasClasses()) {
        try (OutputStream labels = npz.begin("labels", NpyType.I8, Shape.of(draw.count()))) {
          labels.write(draw.labels());
        }
      }
    }
  }

  private static void writeFolder(Path folder, SampleDraw draw) throws IOException {
    Files.createDirectories(folder);
    Shape image = draw.program().elementShape();
    draw.each((index, row) -> writePicture(numbered(folder, index), row, image));
  }

  /** The file of a picture among many. */
  static Path numbered(Path folder, long index) {
    return folder.resolve(numbered(index));
  }

  /** The name of a picture among many. */
  public static String numbered(long index) {
    return String.format(Locale.ROOT, "%06d.png", index);
  }

  /** Whether a file's name is one that {@link #numbered} gives. */
  static boolean isNumbered(String name) {
    return SAMPLE.matcher(name).matches();
  }

  private static void writePicture(Path file, byte[] pixels, Shape image) throws IOException {
    byte[] png =
        SampleGrid.png(
            SampleGrid.of(
                pixels, 1, (int) image.get(0), (int) image.get(1), (int) image.get(2), 1, 0));
    FileFailure.writing(file, () -> Files.write(file, png));
  }
}
