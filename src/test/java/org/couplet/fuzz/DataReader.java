package org.couplet.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;
import org.couplet.image.Importer;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;

/** {@code couplet data} of a damaged file, or of a folder with one. */
final class DataReader implements Kind.Reader {
  private static final int SIZE = 8;
  private static final Pattern COUNTED =
      Pattern.compile("[1-9]\\d* (corrupt |entries |files |images )?(skipped|left out)");

  private final Path source;
  private final Path output;
  private final Placing placing;
  private final Set<ByteBuffer> sound = new HashSet<>();
  private int count;
  private boolean labelled;

  /** Puts an input where it is read. */
  @FunctionalInterface
  interface Placing {
    void place(byte[] input) throws IOException;
  }

  /**
   * @param folder to work in
   * @param name of the file
   * @param source what the command reads: the file, or the folder that holds it
   */
  DataReader(Path folder, Path source, String name) throws IOException {
    this(
        folder,
        source,
        input -> Files.write(Files.isDirectory(source) ? source.resolve(name) : source, input));
  }

  /** The same of an input that is not one file. */
  DataReader(Path folder, Path source, Placing placing) throws IOException {
    this.source = source;
    this.placing = placing;
    this.output = folder.resolve("out").resolve("images.npy");
    Files.createDirectories(output.resolveSibling(""));
  }

  /**
   * The same for files with checksums: the images are those of sound files, or fewer and counted.
   */
  DataReader checked(List<byte[]> files) throws IOException {
    for (byte[] each : files) {
      placing.place(each);
      CommandRun run = run();
      if (run.code() != ExitCode.DONE) {
        throw new IllegalStateException(run.toString());
      }
      List<ByteBuffer> images = images();
      count = count == 0 ? images.size() : Math.min(count, images.size());
      sound.addAll(images);
    }
    return this;
  }

  /** Each image has a label in its own file, which then counts as part of the image. */
  DataReader labelled() {
    labelled = true;
    return this;
  }

  @Override
  public Kind.Outcome read(Damage.Damaged input) throws IOException {
    placing.place(input.bytes());
    CommandRun run = run();
    return new Kind.Outcome(run, fault(run, !input.isCoherent() && !sound.isEmpty()));
  }

  private CommandRun run() throws IOException {
    for (Path file : Importer.outputs(output)) {
      Files.deleteIfExists(file);
    }
    return CommandRun.of("data", "--from", source, "--size", SIZE, "--output", output);
  }

  private Optional<String> fault(CommandRun run, boolean checked) throws IOException {
    boolean done = run.code() == ExitCode.DONE;
    if (done != Files.exists(output)) {
      return Optional.of(done ? "nothing was written" : "something was written");
    }
    try (var beside = Files.list(output.resolveSibling(""))) {
      List<Path> parts =
          beside.filter(path -> path.getFileName().toString().endsWith(".partial")).toList();
      if (!parts.isEmpty()) {
        return Optional.of("half a file is left: " + parts);
      }
    }
    if (!done) {
      return Optional.empty();
    }
    List<ByteBuffer> images = images();
    Optional<String> labels = labelsFault(images.size());
    if (labels.isPresent()) {
      return labels;
    }
    if (checked && !sound.containsAll(images)) {
      return Optional.of("other pixels or labels in silence");
    }
    boolean fewer = checked && images.size() < count;
    return fewer && !COUNTED.matcher(run.out() + run.err()).find()
        ? Optional.of("fewer images in silence")
        : Optional.empty();
  }

  private List<ByteBuffer> images() throws IOException {
    List<ByteBuffer> images = rows(output, NpyType.U1);
    if (!labelled) {
      return images;
    }
    List<ByteBuffer> both = new ArrayList<>();
    List<ByteBuffer> labels = rows(beside(".labels.npy"), NpyType.I8);
    for (int i = 0; i < images.size(); i++) {
      ByteBuffer image = images.get(i);
      both.add(ByteBuffer.allocate(image.limit() + 8).put(image).put(labels.get(i)).flip());
    }
    return both;
  }

  private Optional<String> labelsFault(int images) throws IOException {
    Path labels = beside(".labels.npy");
    if (Files.exists(labels) && rows(labels, NpyType.I8).size() != images) {
      return Optional.of("another number of labels");
    }
    Path classes = beside(".classes.txt");
    if (!Files.exists(classes)) {
      return Optional.empty();
    }
    boolean plain =
        Files.readString(classes)
            .chars()
            .allMatch(sign -> sign == '\n' || !Character.isISOControl(sign));
    return plain ? Optional.empty() : Optional.of("control characters in names of classes");
  }

  private Path beside(String suffix) {
    return output.resolveSibling("images" + suffix);
  }

  // The array's first axis, row by row.
  private static List<ByteBuffer> rows(Path file, NpyType type) throws IOException {
    try (NpyReader array = NpyReader.open(file)) {
      if (array.header().type() != type) {
        throw new IOException(file + " is of " + array.header().type());
      }
      long count = array.header().shape().get(0);
      int each = (int) (array.header().size() / count);
      List<ByteBuffer> rows = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        rows.add(array.next(each));
      }
      return rows;
    }
  }
}
