package org.couplet.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.couplet.io.BlockStream;
import org.couplet.picture.UnreadableImageException;
import org.jspecify.annotations.Nullable;

/**
 * Lists the files of a folder and of all below it, links followed. What can't be listed becomes a
 * file that can't be read: it is counted, and the others are taken.
 */
final class FolderFiles extends SimpleFileVisitor<Path> {
  private final Path folder;
  private final Set<Path> except;
  private final List<PictureFile> found = new ArrayList<>();

  private FolderFiles(Path folder, Set<Path> except) {
    this.folder = folder;
    this.except = except;
  }

  /**
   * The files, in no order; hidden ones are passed over.
   *
   * @param except files to pass over, absolute and normalized
   */
  static List<PictureFile> in(Path folder, Set<Path> except) throws IOException {
    FolderFiles visitor = new FolderFiles(folder, except);
    Files.walkFileTree(
        folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
    return visitor.found;
  }

  // The name is for messages, order and prefixes alone: it may lack bytes that are no UTF-8.
  private String name(Path path) {
    String separator = folder.getFileSystem().getSeparator();
    return folder.relativize(path).toString().replace(separator, "/");
  }

  @Override
  public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
    return PictureFile.isHidden(name(path))
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
    String name = name(path);
    if (PictureFile.isHidden(name) || except.contains(path.toAbsolutePath().normalize())) {
      return FileVisitResult.CONTINUE;
    }
    if (attributes.isRegularFile()) {
      found.add(new PictureFile(name, attributes.size(), () -> open(path)));
    } else {
      found.add(
          PictureFile.unreadable(
              name,
              attributes.isSymbolicLink()
                  ? new UnreadableImageException("broken link", "a link to nothing")
                  : new UnreadableImageException("no file", "a device or a pipe, not a file")));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
    if (path.equals(folder)) {
      throw failure;
    }
    if (!PictureFile.isHidden(name(path))) {
      found.add(PictureFile.unreadable(name(path), reason(failure)));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure)
      throws IOException {
    return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(path, failure);
  }

  private static InputStream open(Path path) throws UnreadableImageException {
    try {
      return new FileBytes(Files.newInputStream(path));
    } catch (IOException e) {
      throw reason(e);
    }
  }

  private static UnreadableImageException reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return new UnreadableImageException("vanished", "no longer there");
    }
    if (failure instanceof AccessDeniedException) {
      return new UnreadableImageException("no permission", "no permission to read it");
    }
    if (failure instanceof FileSystemLoopException) {
      return new UnreadableImageException("link loop", "a link to a folder that it is in");
    }
    String words =
        failure instanceof FileSystemException system ? system.getReason() : failure.getMessage();
    return new UnreadableImageException(
        "unreadable",
        "can't be read (" + Objects.requireNonNullElse(words, "no reason given") + ")");
  }

  /** A file whose reading may fail, where a disk or a server does. */
  private static final class FileBytes extends BlockStream {
    FileBytes(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        throw reason(e);
      }
    }
  }
}
