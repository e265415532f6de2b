package org.couplet.archive;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.couplet.io.BlockStream;
import org.couplet.io.InvalidInputException;

/** Reads a tar archive, compressed or not, from its first entry to the end of its file. */
public final class TarReader implements Closeable {
  // An archive ends with at least a block of zeros; one that was cut lacks it.
  private static final int END = 512;
  private static final int SKIPPED_AT_ONCE = 1 << 16;

  private final Path source;
  private final Ending decompressed;
  private final TarArchiveInputStream tar;

  /** Counts the zeros at the end of what was read. */
  private static final class Ending extends BlockStream {
    private long zeros;

    Ending(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      int last = read;
      while (last > 0 && bytes[offset + last - 1] == 0) {
        last--;
      }
      zeros = last > 0 ? read - last : zeros + Math.max(read, 0);
      return read;
    }

    // Else the bytes passed over would not be counted.
    @Override
    public long skip(long count) throws IOException {
      return readNBytes((int) Math.min(count, SKIPPED_AT_ONCE)).length;
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Opens the archive. */
  public TarReader(Path source, Compression compression) throws IOException {
    this.source = source;
    this.decompressed = new Ending(compression.open(source));
    this.tar = new TarArchiveInputStream(decompressed, "UTF-8");
  }

  /**
   * The next entry that is no folder. After the last one the rest of the file is read too, since
   * its checksum comes last.
   *
   * @return empty at the end
   * @throws InvalidInputException if the archive is damaged
   */
  public Optional<TarArchiveEntry> next() throws IOException {
    return whole(
        () -> {
          TarArchiveEntry entry = tar.getNextEntry();
          while (entry != null && entry.isDirectory()) {
            entry = tar.getNextEntry();
          }
          if (entry == null) {
            decompressed.transferTo(OutputStream.nullOutputStream());
            if (decompressed.zeros < END) {
              throw new EOFException("its end is missing");
            }
          }
          return Optional.ofNullable(entry);
        });
  }

  /** The current entry's first bytes, or all if there are not more. */
  public byte[] bytes(int most) throws IOException {
    return whole(() -> tar.readNBytes(most));
  }

  private <T> T whole(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      String reason = e.getMessage() == null ? "it ends too early" : e.getMessage();
      throw new InvalidInputException(
          source + ": damaged or cut off (" + reason + "); fetch it again", e);
    }
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
