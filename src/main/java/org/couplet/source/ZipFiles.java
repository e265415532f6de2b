package org.couplet.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.couplet.archive.ZipArchive;
import org.couplet.io.BlockStream;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.UnreadableImageException;

/** The files of a zip. */
final class ZipFiles {
  private ZipFiles() {}

  /** Opens a zip; the caller closes it. */
  static ZipArchive open(Path source) throws IOException {
    try {
      return ZipArchive.open(source);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      String reason = Objects.requireNonNullElse(e.getMessage(), "it ends too early");
      throw new InvalidInputException(
          source + ": damaged or cut off zip (" + reason + "); fetch it again", e);
    }
  }

  /** All files but hidden ones, in the zip's order. */
  static List<PictureFile> in(ZipArchive zip) {
    List<PictureFile> files = new ArrayList<>();
    for (ZipArchive.Entry entry : zip.entries()) {
      String name = PictureFile.plainName(entry.name());
      // A folder with bytes is a file whose name is damaged.
      boolean folder = name.endsWith("/") && entry.size() == 0;
      if (folder) {
        continue;
      }
      if (PictureFile.isHidden(name)) {
        damagedName(zip, entry)
            .ifPresent(failure -> files.add(PictureFile.unreadable(name, failure)));
      } else {
        files.add(new PictureFile(name, entry.size(), () -> open(zip, entry)));
      }
    }
    return files;
  }

  // What only damage hides must be counted. Of visible files the directory's name is taken: some
  // programs write the two names in different code pages.
  private static Optional<UnreadableImageException> damagedName(
      ZipArchive zip, ZipArchive.Entry entry) {
    try {
      zip.checkName(entry);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(damaged(e));
    }
  }

  private static InputStream open(ZipArchive zip, ZipArchive.Entry entry) throws IOException {
    if (entry.encrypted()) {
      throw new UnreadableImageException("encrypted", "encrypted; unpack it with its password");
    }
    if (entry.link()) {
      throw new UnreadableImageException("link", "a link, not a file of its own");
    }
    if (!entry.isReadable()) {
      throw new UnreadableImageException(
          "unreadable", "compressed in a way that is not read; unpack the zip");
    }
    try {
      return new EntryBytes(zip.open(entry));
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private static UnreadableImageException damaged(Exception cause) {
    String reason = cause.getMessage() == null ? "it ends too early" : cause.getMessage();
    return UnreadableImageException.corrupt("damaged in the zip: " + reason, cause);
  }

  /** An entry whose reading may fail. */
  private static final class EntryBytes extends BlockStream {
    EntryBytes(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException | RuntimeException e) {
        throw damaged(e);
      }
    }
  }
}
