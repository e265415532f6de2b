package org.couplet.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.WholeFile;
import org.couplet.program.TrainingProgram;

/**
 * The checkpoints of a run, {@code step-N}, and the file {@code checkpoint} that lists those that
 * are complete, oldest first, as TensorFlow's own does. A checkpoint counts only once it is listed,
 * so a killed process leaves it complete or absent.
 */
public final class Checkpoints {
  private static final Pattern LISTED =
      Pattern.compile("all_model_checkpoint_paths: \"(step-(\\d+))\"");
  private static final Pattern OURS =
      Pattern.compile("step-\\d+\\..*|\\.partial.*|\\.checkpoint\\.partial");
  private static final List<String> SUFFIXES = List.of(".data-00000-of-00001", ".index");

  private final Path folder;
  private final int keep;

  /**
   * Names a folder's checkpoints; nothing is read yet.
   *
   * @param folder made when the first is saved
   * @param keep how many of the newest to keep, at least 1
   */
  public Checkpoints(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /** Prefix of the newest complete checkpoint. */
  public Optional<Path> latest() throws IOException {
    return latestUpTo(Long.MAX_VALUE);
  }

  /** Completed steps of every complete checkpoint, rising. */
  public List<Long> completed() throws IOException {
    return steps().stream().sorted().toList();
  }

  /** Prefix of the checkpoint of a step that {@link #completed} names. */
  public Path at(long step) {
    return prefix(step);
  }

  /** Prefix of the newest complete checkpoint of at most {@code step} steps. */
  public Optional<Path> latestUpTo(long step) throws IOException {
    return steps().stream().filter(s -> s <= step).max(Long::compare).map(this::prefix);
  }

  /** Saves the program's variables as {@code step-N} and drops the oldest beyond those to keep. */
  public void save(TrainingProgram program, long step) throws IOException {
    List<Long> steps = steps();
    if (steps.contains(step)) {
      return;
    }
    Files.createDirectories(folder);
    Path partial = folder.resolve(".partial");
    program.save(partial);
    for (String suffix : SUFFIXES) {
      Path written = append(partial, suffix);
      WholeFile.force(written);
      Files.move(
          written,
          append(prefix(step), suffix),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    // Also the names, before they are listed.
    WholeFile.force(folder);
    List<Long> kept = new ArrayList<>(steps);
    kept.add(step);
    kept = kept.subList(Math.max(0, kept.size() - keep), kept.size());
    list(kept);
    deleteUnlisted();
  }

  /** Deletes what a killed process left: files of checkpoints that are not listed. */
  public void deleteUnlisted() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Long> steps = steps();
    try (var files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = String.valueOf(file.getFileName());
        boolean listed = steps.stream().anyMatch(step -> name.startsWith("step-" + step + "."));
        if (OURS.matcher(name).matches() && !listed) {
          WholeFile.delete(file);
        }
      }
    }
  }

  private List<Long> steps() throws IOException {
    Path file = folder.resolve("checkpoint");
    List<Long> steps = new ArrayList<>();
    if (Files.isRegularFile(file)) {
      Matcher matcher = LISTED.matcher(Files.readString(file));
      while (matcher.find()) {
        steps.add(Long.valueOf(matcher.group(2)));
      }
    }
    return steps;
  }

  private void list(List<Long> steps) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("model_checkpoint_path: \"step-")
        .append(steps.get(steps.size() - 1))
        .append("\"\n");
    for (long step : steps) {
      text.append("all_model_checkpoint_paths: \"step-").append(step).append("\"\n");
    }
    WholeFile.write(folder.resolve("checkpoint"), text.toString());
  }

  private Path prefix(long step) {
    return folder.resolve("step-" + step);
  }

  private static Path append(Path prefix, String suffix) {
    return prefix.resolveSibling(prefix.getFileName() + suffix);
  }
}
