package org.couplet.editing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.couplet.report.SampleGrid;
import org.tensorflow.ndarray.Shape;

/**
 * Where edited images go: one picture, an array file or a folder of pictures, chosen by the name's
 * ending.
 *
 * @param output where
 * @param kind what it is
 * @param names of the pictures of a folder, with slashes
 */
public record EditOutput(Output output, Kind kind, List<String> names) {
  private enum Kind {
    PICTURE,
    ARRAY,
    FOLDER
  }

  /** Takes edited images. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes the next one.
     *
     * @param values [height, width, channels], in [-1, 1]
     */
    void accept(float[] values) throws IOException;
  }

  /** Gives edited images. */
  @FunctionalInterface
  interface Edited {
    /** Passes each to {@code sink}, in their order. */
    void passTo(Sink sink) throws IOException;
  }

  /**
   * Chooses the kind, and requires a place that can be written to, with nothing there that must
   * stay.
   *
   * @param name as the user gave it
   * @param overwrite whether what is there may be replaced
   * @param source of the images
   * @throws InvalidInputException if it can't be written
   */
  public static EditOutput require(String name, boolean overwrite, EditSource source)
      throws IOException {
    Kind kind =
        name.endsWith(".png")
            ? Kind.PICTURE
            : name.endsWith(".npz") ? Kind.ARRAY : name.endsWith("/") ? Kind.FOLDER : null;
    if (kind == null) {
      throw new InvalidInputException(
          "--output "
              + name
              + ": give NAME.png for one image, NAME.npz for an array, or NAME/ for a folder of"
              + " PNGs");
    }
    int count = source.names().size();
    if (kind == Kind.PICTURE && count > 1) {
      throw new InvalidInputException(
          "--output %s: is one picture, but there are %d images; give NAME/ for a folder of PNGs"
              .formatted(name, count));
    }
    Output output = new Output("output", Path.of(name), overwrite);
    Path place = output.path().toAbsolutePath().normalize();
    Path from = source.images().source().toAbsolutePath().normalize();
    if (place.startsWith(from) || from.startsWith(place)) {
      throw new InvalidInputException(
          "--output %s: is where the images come from; choose another place".formatted(name));
    }
    if (kind == Kind.FOLDER) {
      output.requireFolderOf(Set.copyOf(source.names()));
    } else {
      output.requireFile();
    }
    return new EditOutput(output, kind, source.names());
  }

  /**
   * Writes the images; nothing is left behind if that fails.
   *
   * @param image [height, width, channels]
   */
  void write(Shape image, Edited edited) throws IOException {
    Path path = output.path();
    switch (kind) {
      case PICTURE ->
          AtomicFile.write(path, out -> edited.passTo(values -> out.write(png(values, image))));
      case ARRAY ->
          FileFailure.needing(
              () -> names.size() * image.size() * Float.BYTES,
              () -> AtomicFile.write(path, out -> writeArray(out, image, edited)));
      case FOLDER -> output.createFolder(folder -> writeFolder(folder, image, edited));
    }
  }

  private void writeArray(OutputStream out, Shape image, Edited edited) throws IOException {
    try (NpzWriter npz = new NpzWriter(out);
        OutputStream array = npz.begin("arr_0", NpyType.F4, Shape.of(names.size()).append(image))) {
      edited.passTo(
          values -> {
            ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            array.write(bytes.array());
          });
    }
  }

  private void writeFolder(Path folder, Shape image, Edited edited) throws IOException {
    Files.createDirectories(folder);
    var next = names.iterator();
    edited.passTo(
        values -> {
          Path file = folder.resolve(next.next());
          byte[] png = png(values, image);
          FileFailure.writing(
              file,
              () -> {
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.write(file, png);
              });
        });
  }

  private static byte[] png(float[] values, Shape image) throws IOException {
    ImageForm form = ImageForm.of(image);
    return SampleGrid.png(
        SampleGrid.of(
            PixelValues.fromModel(values), 1, form.height(), form.width(), form.channels(), 1, 0));
  }
}
