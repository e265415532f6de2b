package org.couplet.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Where a command writes, and the one rule for what is there already: it is refused before any
 * work, unless the user asks to replace it. What is replaced is deleted only once its successor is
 * complete.
 *
 * <pre>{@code
 * Output output = options.output("output").requireFile();
 * AtomicFile.write(output.path(), content); // after the work
 * }</pre>
 *
 * @param option that names it, for messages
 * @param path a file or a folder
 * @param overwrite whether what is there may be replaced
 */
public record Output(String option, Path path, boolean overwrite) {
  /** The option that allows to replace. */
  public static final String OVERWRITE = "overwrite";

  /**
   * Requires a place for a file: nothing is there, or a file that may be replaced, and the folder
   * can be written to.
   *
   * @return this
   * @throws InvalidInputException if not
   */
  public Output requireFile() {
    if (Files.isDirectory(path)) {
      throw refusal("is a folder; name a file");
    }
    requirePlace();
    return this;
  }

  /**
   * The same for a folder. Only one that has nothing but such an output in it is replaced.
   *
   * @param belongs which names such an output has in it
   * @return this
   * @throws InvalidInputException if not
   */
  public Output requireFolder(Predicate<String> belongs) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw refusal("is a file; name a folder");
    }
    requirePlace();
    if (Files.isDirectory(path)) {
      refuseStrangers(1, belongs);
    }
    return this;
  }

  /** The same where the output's files are known, with slashes where they are in sub folders. */
  public Output requireFolderOf(Set<String> files) throws IOException {
    Predicate<String> belongs =
        name -> Files.isDirectory(path.resolve(name)) || files.contains(name);
    requireFolder(belongs);
    if (Files.isDirectory(path)) {
      refuseStrangers(Integer.MAX_VALUE, belongs);
    }
    return this;
  }

  /** Fills the folder, whole or not at all. */
  public void createFolder(AtomicFile.Filling filling) throws IOException {
    if (overwrite) {
      AtomicFile.replace(path, filling);
    } else {
      AtomicFile.create(path, filling);
    }
  }

  private void requirePlace() {
    if (!overwrite && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refusal("already exists; choose another name, or add --" + OVERWRITE);
    }
    Path folder = path.toAbsolutePath().normalize().getParent();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw refusal(
          "%s is not a folder that can be written to; choose another place"
              .formatted(folder == null ? path : folder));
    }
  }

  private void refuseStrangers(int depth, Predicate<String> belongs) throws IOException {
    Optional<String> stranger =
        FileFailure.reading(
            path,
            () -> {
              Path folder = path.toRealPath(); // It may be a link, which a walk would not follow.
              try (Stream<Path> entries = Files.walk(folder, depth)) {
                return entries
                    .filter(entry -> !entry.equals(folder))
                    .map(entry -> folder.relativize(entry).toString())
                    .filter(belongs.negate())
                    .sorted()
                    .findFirst();
              }
            });
    if (stranger.isPresent()) {
      throw refusal(
          "holds %s, which this command does not write; --%s would delete it, so choose another"
                  .formatted(stranger.get(), OVERWRITE)
              + " folder");
    }
  }

  private InvalidInputException refusal(String problem) {
    return new InvalidInputException("--%s %s: %s".formatted(option, path, problem));
  }
}
