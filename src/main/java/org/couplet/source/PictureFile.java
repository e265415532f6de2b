package org.couplet.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PictureKind;
import org.couplet.picture.UnreadableImageException;

/**
 * A file of a folder or an archive; what it holds is not known before it is read.
 *
 * @param name its path within the container, with slashes
 * @param bytes its size, as far as the container knows
 * @param content its bytes
 */
record PictureFile(String name, long bytes, Content content) {
  /** A larger file is left out, so that those read at the same time fit in memory. */
  static final long MOST_BYTES = Math.min(1 << 28, Runtime.getRuntime().maxMemory() / 8);

  private static final Pattern ROOT = Pattern.compile("^(\\.?/+)+");

  // What systems and programs keep beside pictures, for themselves.
  private static final Set<String> SYSTEM =
      Set.of("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin");

  /** Opens a file's bytes; called by several threads. */
  @FunctionalInterface
  interface Content {
    /**
     * Opens.
     *
     * @return the bytes; may throw {@link UnreadableImageException} where they turn out to be
     *     damaged
     * @throws UnreadableImageException if this file can't be read, but others may
     */
    InputStream open() throws IOException;
  }

  /** A file that can't be read. */
  static PictureFile unreadable(String name, UnreadableImageException failure) {
    return new PictureFile(
        name,
        0,
        () -> {
          throw failure;
        });
  }

  /** A path within a container as Couplet shows it: with slashes, and not from a root. */
  static String plainName(String path) {
    return ROOT.matcher(path.replace('\\', '/')).replaceFirst("");
  }

  /** Whether a path leads to or through what is hidden, or is a system's own. */
  static boolean isHidden(String name) {
    for (String part : name.split("/", -1)) {
      boolean up = part.equals(".") || part.equals("..");
      if ((part.startsWith(".") && !up) || SYSTEM.contains(part.toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /** The last part of its name. */
  String fileName() {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** What the file is. */
  PictureKind kind() throws IOException {
    try (InputStream in = content.open()) {
      return PictureKind.of(in.readNBytes(PictureKind.HEAD));
    }
  }

  /** Whether it is a picture, also of a kind that is not read, or a file that can't be read. */
  boolean isPicture() throws IOException {
    try {
      return kind().isPicture();
    } catch (UnreadableImageException e) {
      return true;
    }
  }

  Picture decode(PictureDecoder decoder) throws IOException {
    try (InputStream in = content.open()) {
      return decoder.decode(bytes > MOST_BYTES ? headOf(in) : in);
    }
  }

  // The decoder reads on only where the head is a picture's.
  private static InputStream headOf(InputStream in) throws IOException {
    byte[] head = in.readNBytes(PictureKind.HEAD);
    InputStream rest =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new UnreadableImageException(
                "too large", "larger than %d MB".formatted(MOST_BYTES >> 20));
          }

          @Override
          public int read(byte[] bytes, int offset, int count) throws IOException {
            return read();
          }
        };
    return new SequenceInputStream(new ByteArrayInputStream(head), rest);
  }
}
