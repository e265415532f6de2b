package org.couplet.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.program.TrainingProgram;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * The checkpoints of a run, {@code step-N}. Both files of a checkpoint are forced to disk before
 * they get their names, so a checkpoint is complete once both are there and neither is empty. The
 * file {@code checkpoint} lists them for TensorFlow's own tools; what it says decides nothing here,
 * so its loss or damage loses no step. Only {@link #save} and {@link #keepOnly} delete files.
 */
public final class Checkpoints {
  private static final String DATA = ".data-00000-of-00001";
  private static final String INDEX = ".index";
  private static final Pattern PART = Pattern.compile("step-(\\d{1,18})\\..*");
  private static final String PARTIAL = ".partial";
  private static final String ASIDE = ".aside-";

  private final Path folder;
  private final int keep;
  private final CheckpointList list;
  // The step that this session saved or restored last; -1 before.
  private long current = -1;

  /**
   * Names a folder's checkpoints; nothing is read yet.
   *
   * @param folder made when the first is saved
   * @param keep how many of the newest to keep, at least 1
   */
  public Checkpoints(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
    this.list = new CheckpointList(folder);
  }

  /** Prefix of the newest complete checkpoint. */
  public Optional<Path> latest() throws IOException {
    return latestUpTo(Long.MAX_VALUE);
  }

  /** Completed steps of every complete checkpoint, rising. */
  public List<Long> completed() throws IOException {
    return steps().stream().filter(step -> isComplete(prefix(step))).toList();
  }

  /** The step of a checkpoint's prefix. */
  public static long step(Path prefix) {
    return Long.parseLong(name(prefix).substring("step-".length()));
  }

  /** The index of a checkpoint. */
  static Path index(Path prefix) {
    return append(prefix, INDEX);
  }

  /** Whether both files of a checkpoint are there. */
  static boolean isComplete(Path prefix) {
    return isWritten(append(prefix, DATA)) && isWritten(append(prefix, INDEX));
  }

  /** Prefix of the checkpoint of a step that {@link #completed} names. */
  public Path at(long step) {
    return prefix(step);
  }

  /** Prefix of the newest complete checkpoint of at most {@code step} steps. */
  public Optional<Path> latestUpTo(long step) throws IOException {
    return completed().stream().filter(s -> s <= step).max(Long::compare).map(this::prefix);
  }

  /**
   * A file that shows that there was a checkpoint, complete or not; the list counts, too, because
   * it is first written after the first checkpoint.
   */
  Optional<Path> trace() throws IOException {
    return files().stream()
        .filter(file -> file.equals(list.file()) || PART.matcher(name(file)).matches())
        .findFirst();
  }

  /** The step that this session saved or restored last. */
  public OptionalLong current() {
    return current < 0 ? OptionalLong.empty() : OptionalLong.of(current);
  }

  /**
   * Restores the newest complete checkpoint. Nothing is deleted.
   *
   * @param notes gets a line if the list names another one, or none
   * @return whether there is one
   */
  public boolean restoreLatest(TrainingProgram program, PrintStream notes) throws IOException {
    finishSave();
    List<Long> completed = completed();
    if (completed.isEmpty()) {
      return false;
    }
    long newest = completed.get(completed.size() - 1);
    restore(program, newest);
    OptionalLong listed = list.newest();
    if (listed.isEmpty() || listed.getAsLong() != newest) {
      notes.println(
          "note: "
              + list.file()
              + (listed.isPresent()
                  ? " names step-" + listed.getAsLong()
                  : " is missing or damaged")
              + "; going on from step-"
              + newest
              + ", the newest complete checkpoint beside it");
    }
    return true;
  }

  /**
   * Restores the checkpoint of a step. Nothing is deleted.
   *
   * @throws InvalidInputException if there is none, or it is damaged
   */
  public void restore(TrainingProgram program, long step) throws IOException {
    require(step);
    try {
      program.restore(prefix(step));
    } catch (InvalidInputException e) {
      throw new InvalidInputException(e.getMessage() + ". " + remedy(step), e);
    }
    current = step;
  }

  /** Requires a complete checkpoint of a step; the message says which there are. */
  public void require(long step) throws IOException {
    List<Long> completed = completed();
    if (!completed.contains(step)) {
      throw new InvalidInputException(
          folder
              + ": no checkpoint of step "
              + step
              + " is there; "
              + (completed.isEmpty()
                  ? "there is none"
                  : "those of steps " + join(completed) + " are"));
    }
  }

  private String remedy(long damaged) throws IOException {
    List<Long> others = completed().stream().filter(step -> step != damaged).toList();
    return others.isEmpty()
        ? "No other checkpoint is in " + folder + ": put back a copy of it, or begin another run"
        : "--checkpoint takes another one: " + join(others);
  }

  private static String join(List<Long> steps) {
    return steps.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /**
   * Sets the checkpoints of later steps aside, to which the run goes once more: {@code .aside-}
   * before their names, and a copy of the log that has their steps. They are deleted once a new one
   * has been saved.
   *
   * @param log of the run, which will be cut; no file is fine
   */
  public void setAsideAfter(long step, Path log) throws IOException {
    Path kept = folder.resolve(ASIDE + name(log));
    // One that is there has the steps of all that was set aside.
    if (Files.exists(log) && !Files.exists(kept)) {
      AtomicFile.create(kept, partial -> FileFailure.writing(kept, () -> Files.copy(log, partial)));
    }
    list.write(completed().stream().filter(s -> s <= step).toList());
    for (Path file : files()) {
      Matcher part = PART.matcher(name(file));
      if (part.matches() && Long.parseLong(part.group(1)) > step) {
        Files.move(file, folder.resolve(ASIDE + name(file)), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    AtomicFile.force(folder);
  }

  /**
   * Saves the program's variables as {@code step-N}, unless this session has just done so or
   * restored them from there. Then lists it and the newest ones before it, and deletes all others:
   * they are too old, incomplete, or of a future that is gone through again. What was set aside
   * stays until this session has saved something.
   */
  public void save(TrainingProgram program, long step) throws IOException {
    try {
      if (step != current) {
        write(program::save, step);
        current = step;
        deleteAll(file -> name(file).startsWith(ASIDE));
      }
      List<Long> kept = completed().stream().filter(s -> s <= step).toList();
      kept = kept.subList(Math.max(0, kept.size() - keep), kept.size());
      list.write(kept);
      deleteOthers(kept);
    } catch (IOException | TensorFlowException e) {
      throw DiskRoom.of(folder, program.variableBytes()).notSaved(step, latest(), e);
    }
  }

  /**
   * What to know before training where the disk has too little room: for as many checkpoints as are
   * kept, and one that is being written.
   *
   * @param planned how many this session will save
   */
  public Optional<String> shortage(TrainingProgram program, long planned) throws IOException {
    Files.createDirectories(folder);
    int there = completed().size();
    long kept = Math.min(keep, there + planned);
    return DiskRoom.of(folder, program.variableBytes()).shortage(there, kept);
  }

  /** Deletes all but the checkpoint of a step that {@link #completed} names. */
  public void keepOnly(long step) throws IOException {
    list.write(List.of(step));
    deleteOthers(List.of(step));
  }

  /** Makes the first checkpoint of a run. {@code filling} writes both files of a prefix. */
  public void create(AtomicFile.Filling filling, long step) throws IOException {
    write(filling, step);
    list.write(List.of(step));
  }

  private void write(AtomicFile.Filling filling, long step) throws IOException {
    Files.createDirectories(folder);
    Path partial = folder.resolve(PARTIAL);
    // The index goes first, here and below, so that never a new file makes a pair with an old one.
    Files.deleteIfExists(append(partial, INDEX));
    filling.writeTo(partial);
    AtomicFile.force(append(partial, DATA));
    AtomicFile.force(append(partial, INDEX));
    Files.deleteIfExists(append(prefix(step), INDEX));
    rename(step, DATA);
    rename(step, INDEX);
    // Also the names, before they are listed.
    AtomicFile.force(folder);
  }

  // Only a process that was killed between the two renames leaves the one file of each name.
  private void finishSave() throws IOException {
    Path partial = folder.resolve(PARTIAL);
    List<Long> cut =
        steps().stream().filter(step -> !Files.exists(append(prefix(step), INDEX))).toList();
    if (cut.size() == 1
        && isWritten(append(partial, INDEX))
        && !Files.exists(append(partial, DATA))) {
      rename(cut.get(0), INDEX);
      AtomicFile.force(folder);
    }
  }

  private void rename(long step, String suffix) throws IOException {
    Files.move(
        append(folder.resolve(PARTIAL), suffix),
        append(prefix(step), suffix),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void deleteOthers(List<Long> kept) throws IOException {
    deleteAll(
        file -> {
          Matcher part = PART.matcher(name(file));
          return part.matches()
              ? !kept.contains(Long.valueOf(part.group(1)))
              : name(file).startsWith(PARTIAL);
        });
  }

  private void deleteAll(Predicate<Path> which) throws IOException {
    for (Path file : files()) {
      if (which.test(file)) {
        AtomicFile.delete(file);
      }
    }
  }

  // Steps of which any file is there, rising.
  private List<Long> steps() throws IOException {
    return files().stream()
        .map(file -> PART.matcher(name(file)))
        .filter(Matcher::matches)
        .map(part -> Long.valueOf(part.group(1)))
        .distinct()
        .sorted()
        .toList();
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private Path prefix(long step) {
    return folder.resolve("step-" + step);
  }

  private static Path append(Path prefix, String suffix) {
    return prefix.resolveSibling(prefix.getFileName() + suffix);
  }

  private static boolean isWritten(Path file) {
    return Files.isRegularFile(file) && file.toFile().length() > 0;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
