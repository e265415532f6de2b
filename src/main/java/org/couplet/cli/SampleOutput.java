package org.couplet.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.couplet.data.NpyType;
import org.couplet.data.NpzWriter;
import org.couplet.io.InvalidInputException;
import org.couplet.io.WholeFile;
import org.couplet.program.Bytes;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.report.Progress;
import org.couplet.report.SampleGrid;
import org.couplet.train.SamplePicture;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Where samples go: a grid, an array file or a folder of pictures, told by the name's ending.
 *
 * @param path as the user gave it
 * @param kind what it is
 */
record SampleOutput(Path path, Kind kind) {
  private static final int CHUNK = 100;
  private static final int MOST_IN_A_GRID = 10_000;

  private enum Kind {
    GRID,
    ARRAY,
    FOLDER
  }

  /** One image of the many: its index and values. */
  private interface Sink {
    void accept(int index, byte[] values) throws IOException;
  }

  static SampleOutput of(String name) {
    Path path = Path.of(name);
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
    if (kind == Kind.FOLDER) {
      CommandLine.requireNewFolder(path);
    }
    return new SampleOutput(path, kind);
  }

  /** Makes the samples and writes them; nothing is left behind if that fails. */
  void write(
      SamplingProgram program,
      long seed,
      int count,
      List<Double> sigmas,
      PrintStream err,
      Interrupt interrupt)
      throws IOException {
    switch (kind) {
      case GRID -> {
        if (count > MOST_IN_A_GRID) {
          throw new InvalidInputException(
              "--count: a grid holds at most " + MOST_IN_A_GRID + " samples; use --output NAME/");
        }
        SampleGrid.writePng(SamplePicture.of(program, seed, count, sigmas), path);
      }
      case ARRAY ->
          WholeFile.write(
              path, out -> writeArray(out, program, seed, count, sigmas, err, interrupt));
      case FOLDER -> {
        if (!program.makesImages()) {
          throw new InvalidInputException(
              "--output " + path + "/: samples are points; use NAME.png or NAME.npz");
        }
        WholeFile.create(
            path, folder -> writeFolder(folder, program, seed, count, sigmas, err, interrupt));
      }
    }
  }

  private static void writeArray(
      OutputStream out,
      SamplingProgram program,
      long seed,
      int count,
      List<Double> sigmas,
      PrintStream err,
      Interrupt interrupt)
      throws IOException {
    Shape shape = Shape.of(count).append(program.elementShape());
    NpyType type = program.makesImages() ? NpyType.U1 : NpyType.F4;
    try (NpzWriter npz = new NpzWriter(out);
        OutputStream values = npz.begin("arr_0", type, shape)) {
      each(program, seed, count, sigmas, err, interrupt, (index, row) -> values.write(row));
    }
  }

  private static void writeFolder(
      Path folder,
      SamplingProgram program,
      long seed,
      int count,
      List<Double> sigmas,
      PrintStream err,
      Interrupt interrupt)
      throws IOException {
    Files.createDirectories(folder);
    Shape image = program.elementShape();
    each(
        program,
        seed,
        count,
        sigmas,
        err,
        interrupt,
        (index, row) ->
            Files.write(
                folder.resolve(String.format(Locale.ROOT, "%06d.png", index)),
                SampleGrid.png(
                    SampleGrid.of(
                        row,
                        1,
                        (int) image.get(0),
                        (int) image.get(1),
                        (int) image.get(2),
                        1,
                        0))));
  }

  private static void each(
      SamplingProgram program,
      long seed,
      int count,
      List<Double> sigmas,
      PrintStream err,
      Interrupt interrupt,
      Sink sink)
      throws IOException {
    int rowBytes = (int) program.elementShape().size() * (program.makesImages() ? 1 : Float.BYTES);
    try (Progress progress = new Progress("sample", count, err)) {
      for (int first = 0; first < count; first += CHUNK) {
        interrupt.check();
        int rows = Math.min(CHUNK, count - first);
        byte[] bytes = chunk(program, seed, first, rows, sigmas);
        for (int row = 0; row < rows; row++) {
          byte[] values = new byte[rowBytes];
          System.arraycopy(bytes, row * rowBytes, values, 0, rowBytes);
          sink.accept(first + row, values);
        }
        progress.stepTo(first + rows, "");
      }
    }
  }

  private static byte[] chunk(
      SamplingProgram program, long seed, int first, int rows, List<Double> sigmas) {
    if (program.makesImages()) {
      try (TUint8 images = program.images(seed, first, rows, sigmas)) {
        return Bytes.of(images);
      }
    }
    try (TFloat32 points = program.samples(seed, first, rows, sigmas)) {
      float[] floats = Floats.of(points);
      ByteBuffer bytes =
          ByteBuffer.allocate(floats.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(floats);
      return bytes.array();
    }
  }
}
