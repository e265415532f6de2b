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
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;

/** {@code couplet data} of a damaged file. */
final class DataReader implements Kind.Reader {
  private static final int SIZE = 8;
  private static final Pattern COUNTED =
      Pattern.compile("[1-9]\\d* (corrupt |entries |files |images )?(skipped|left out)");

  private final Path file;
  private final Path source;
  private final Path output;
  private final Set<ByteBuffer> sound = new HashSet<>();
  private int count;

  /**
   * @param folder to work in
   * @param name of the file
   * @param source what the command reads: the file, or the folder that holds it
   */
  DataReader(Path folder, Path source, String name) throws IOException {
    this.source = source;
    this.file = Files.isDirectory(source) ? source.resolve(name) : source;
    this.output = folder.resolve("out").resolve("images.npy");
    Files.createDirectories(output.resolveSibling(""));
  }

  /**
   * The same for files with checksums: the images are those of sound files, or fewer and counted.
   */
  DataReader checked(List<byte[]> files) throws IOException {
    for (byte[] each : files) {
      Files.write(file, each);
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

  @Override
  public Kind.Outcome read(Damage.Damaged input) throws IOException {
    Files.write(file, input.bytes());
    CommandRun run = run();
    return new Kind.Outcome(run, fault(run, !input.isCoherent() && !sound.isEmpty()));
  }

  private CommandRun run() throws IOException {
    Files.deleteIfExists(output);
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
    if (checked && !sound.containsAll(images)) {
      return Optional.of("other pixels in silence");
    }
    boolean fewer = checked && images.size() < count;
    return fewer && !COUNTED.matcher(run.out() + run.err()).find()
        ? Optional.of("fewer images in silence")
        : Optional.empty();
  }

  private List<ByteBuffer> images() throws IOException {
    try (NpyReader array = NpyReader.open(output)) {
      int each = (int) (array.header().size() / array.header().shape().get(0));
      if (array.header().type() != NpyType.U1) {
        throw new IOException("no bytes");
      }
      List<ByteBuffer> images = new ArrayList<>();
      for (long i = 0; i < array.header().shape().get(0); i++) {
        images.add(array.next(each));
      }
      return images;
    }
  }
}
