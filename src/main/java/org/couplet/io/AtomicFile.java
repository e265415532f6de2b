package org.couplet.io;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that appear whole or not at all: written under a temporary name beside the
 * final one, forced to disk, then renamed. The temporary name is the call's own, so that two
 * processes may write the same: the last one counts. A killed process leaves at most a {@code
 * .NAME.RANDOM.partial}, which a later call for the same name deletes.
 */
public final class AtomicFile {
  private static final String PARTIAL = ".partial";
  private static final String REPLACED = ".replaced";
  // What is being written changes all the time; this long without a change, nobody writes it.
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  private AtomicFile() {}

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to {@code out}, which the caller closes. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes what belongs at a path: a file, or a folder's files. */
  @FunctionalInterface
  public interface Filling {
    /** Writes to {@code path}; nothing is there yet. */
    void writeTo(Path path) throws IOException;
  }

  /** Writes {@code content} to {@code file}, replacing what was there. */
  public static void write(Path file, Content content) throws IOException {
    create(
        file,
        partial -> {
          try (FileChannel channel =
                  FileChannel.open(
                      partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
              OutputStream out =
                  new BufferedOutputStream(
                      new NamedOutput(Channels.newOutputStream(channel), partial))) {
            content.writeTo(out);
          }
        });
  }

  /** Writes {@code text} in UTF-8 to {@code file}, replacing what was there. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Lets {@code filling} write a file or a folder under a temporary name, then gives it its own.
   *
   * @param target the final path; a file there is replaced, a folder must not exist yet
   * @throws FileFailure if it can't be written, with {@code target}'s path
   */
  public static void create(Path target, Filling filling) throws IOException {
    create(target, filling, AtomicFile::rename);
  }

  /**
   * The same where a folder may be there: the new one is complete before the old one is moved
   * aside, and the old one is deleted last. A process killed between the two renames leaves the old
   * one as {@code .NAME.replaced} and the new one, complete, as {@code .NAME.RANDOM.partial}.
   */
  public static void replace(Path target, Filling filling) throws IOException {
    create(target, filling, AtomicFile::swap);
  }

  /**
   * Files that belong together, such as images and their labels: all are complete before one gets
   * its name, and the first gets its own last. So where the first is there, what lies beside it is
   * its own, whenever the process is killed. What was there is deleted last; a process killed in
   * between leaves it as {@code .NAME.replaced}, and the new files in {@code
   * .FIRST.RANDOM.partial}.
   *
   * @param files in one folder; those that {@code filling} doesn't write are gone afterwards
   * @param filling writes files of these names to the folder that it is given
   */
  public static void replaceTogether(List<Path> files, Filling filling) throws IOException {
    Path first = files.get(0);
    Path folder = parent(first);
    createFolder(folder);
    deleteLeftovers(first);
    Path partial = hidden(first, "." + random() + PARTIAL);
    try {
      Files.createDirectory(partial);
      filling.writeTo(partial);
      force(partial);
      swapTogether(files, partial);
      forceOne(folder);
      for (Path file : files) {
        delete(hidden(file, REPLACED));
      }
      delete(partial);
    } catch (IOException | RuntimeException | Error e) {
      deleteAfter(e, partial);
      if (e instanceof IOException failure) {
        for (Path file : files) {
          failure = FileFailure.within(partial.resolve(file.getFileName()), file, failure);
        }
        throw FileFailure.within(partial, first, failure);
      }
      throw e;
    }
  }

  private static void swapTogether(List<Path> files, Path partial) throws IOException {
    List<Path> aside = new ArrayList<>();
    List<Path> placed = new ArrayList<>();
    try {
      // Without the first, those beside it are nobody's.
      for (Path file : Files.exists(files.get(0)) ? files : List.<Path>of()) {
        delete(hidden(file, REPLACED));
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          rename(file, hidden(file, REPLACED));
          aside.add(file);
        }
      }
      for (int i = files.size() - 1; i >= 0; i--) {
        Path file = files.get(i);
        Path made = partial.resolve(file.getFileName());
        // On the disk, too, the first comes last.
        forceOne(parent(file));
        if (Files.exists(made)) {
          rename(made, file);
          placed.add(file);
        } else {
          delete(file);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      for (Path file : placed) {
        deleteAfter(e, file);
      }
      // The first comes back last.
      for (int i = aside.size() - 1; i >= 0; i--) {
        rename(hidden(aside.get(i), REPLACED), aside.get(i));
      }
      throw e;
    }
  }

  /** Gives a complete file or folder its name. */
  @FunctionalInterface
  private interface Naming {
    void rename(Path partial, Path target) throws IOException;
  }

  private static void create(Path target, Filling filling, Naming naming) throws IOException {
    Path parent = parent(target);
    createFolder(parent);
    deleteLeftovers(target);
    Path partial = hidden(target, "." + random() + PARTIAL);
    try {
      filling.writeTo(partial);
      force(partial);
      naming.rename(partial, target);
      forceOne(parent);
    } catch (IOException | RuntimeException | Error e) {
      deleteAfter(e, partial);
      if (e instanceof IOException failure) {
        throw FileFailure.within(partial, target, failure);
      }
      throw e;
    }
  }

  private static void deleteAfter(Throwable e, Path partial) {
    try {
      delete(partial);
    } catch (IOException left) {
      e.addSuppressed(left);
    }
  }

  private static Path parent(Path target) throws IOException {
    Path parent = target.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new FileSystemException(target.toString(), null, "it has no folder above it");
    }
    return parent;
  }

  private static Path hidden(Path target, String ending) throws IOException {
    return parent(target).resolve("." + target.getFileName() + ending);
  }

  private static String random() {
    return "%08x".formatted(ThreadLocalRandom.current().nextInt());
  }

  private static void deleteLeftovers(Path target) throws IOException {
    Pattern name =
        Pattern.compile(
            Pattern.quote("." + target.getFileName())
                + "(\\.[0-9a-f]{8})?"
                + Pattern.quote(PARTIAL));
    try (Stream<Path> beside = Files.list(parent(target))) {
      for (Path path : (Iterable<Path>) beside::iterator) {
        if (name.matcher(path.getFileName().toString()).matches() && isLeftBehind(path)) {
          delete(path);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // Whatever it is, it takes nothing but room.
    }
  }

  private static boolean isLeftBehind(Path path) throws IOException {
    Instant latest = Instant.now().minus(LEFT_BEHIND);
    try (Stream<Path> all = Files.walk(path)) {
      for (Path part : (Iterable<Path>) all::iterator) {
        FileTime changed = Files.getLastModifiedTime(part, LinkOption.NOFOLLOW_LINKS);
        if (changed.toInstant().isAfter(latest)) {
          return false;
        }
      }
    }
    return true;
  }

  private static void rename(Path from, Path to) throws IOException {
    FileFailure.changing(
        FileFailure.Doing.WRITE,
        to,
        () ->
            Files.move(
                from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
  }

  private static void swap(Path partial, Path target) throws IOException {
    Path replaced = hidden(target, REPLACED);
    if (!Files.isDirectory(target)) {
      rename(partial, target);
      delete(replaced);
      return;
    }
    delete(replaced);
    rename(target, replaced);
    try {
      rename(partial, target);
    } catch (IOException e) {
      rename(replaced, target);
      throw e;
    }
    // The names first: on the disk, too, there is always one of the two.
    forceOne(parent(target));
    delete(replaced);
  }

  /**
   * Makes a folder with those above it; one that is there is fine.
   *
   * @throws FileFailure if it can't be made
   */
  public static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw FileFailure.of(FileFailure.Doing.WRITE, folder, new NotDirectoryException(e.getFile()));
    } catch (IOException e) {
      throw FileFailure.of(FileFailure.Doing.WRITE, folder, e);
    }
  }

  /** Forces a file, or a folder and all that is in it, to disk. */
  public static void force(Path path) throws IOException {
    try (var entries = Files.walk(path)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        forceOne(entry);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Deletes a file, or a folder with all that is in it; nothing to delete is fine.
   *
   * @throws FileFailure if something can't be deleted
   */
  public static void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      FileFailure.changing(FileFailure.Doing.DELETE, path, () -> deleteAll(path));
    }
  }

  private static void deleteAll(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  // A folder opens for reading only; forcing it makes renames inside it durable. Some file systems
  // can't force folders: their renames are atomic all the same.
  private static void forceOne(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      if (!Files.isDirectory(path)) {
        throw FileFailure.of(FileFailure.Doing.WRITE, path, e);
      }
    }
  }

  /** An output whose failures have a path. */
  private static final class NamedOutput extends FilterOutputStream {
    private final Path path;

    NamedOutput(OutputStream out, Path path) {
      super(out);
      this.path = path;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      FileFailure.writing(path, () -> out.write(bytes, offset, length));
    }
  }
}
