package org.couplet.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that appear whole or not at all: written under a temporary name beside the
 * final one, forced to disk, then renamed. A killed process leaves at most a {@code .NAME.partial}.
 */
public final class AtomicFile {
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
              OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
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
   */
  public static void create(Path target, Filling filling) throws IOException {
    Path parent = target.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new IOException(target + " has no parent folder");
    }
    Files.createDirectories(parent);
    Path partial = parent.resolve("." + target.getFileName() + ".partial");
    delete(partial);
    try {
      filling.writeTo(partial);
      force(partial);
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceOne(parent);
    } catch (IOException | RuntimeException | Error e) {
      delete(partial);
      throw e;
    }
  }

  /** Forces a file, or a folder and all that is in it, to disk. */
  public static void force(Path path) throws IOException {
    try (var entries = Files.walk(path)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        forceOne(entry);
      }
    }
  }

  /** Deletes a file, or a folder with all that is in it; nothing to delete is fine. */
  public static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
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

  // A folder opens for reading only; forcing it makes renames inside it durable.
  private static void forceOne(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
