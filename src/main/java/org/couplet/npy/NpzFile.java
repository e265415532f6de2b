package org.couplet.npy;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.couplet.io.InvalidInputException;

/** A NumPy {@code .npz} file: named arrays in a zip, beyond 4 GiB too. */
public final class NpzFile implements AutoCloseable {
  private static final String SUFFIX = ".npy";

  private final Path file;
  private final ZipFile zip;

  private NpzFile(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if it is not a zip
   */
  public static NpzFile open(Path file) throws IOException {
    try {
      return new NpzFile(file, new ZipFile(file.toFile()));
    } catch (ZipException e) {
      throw new InvalidInputException(
          file + ": no whole .npz file (" + e.getMessage() + "); fetch or save it again", e);
    }
  }

  /** The arrays' names, in the file's order. */
  public List<String> names() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .toList();
  }

  /**
   * Opens an array; the caller closes it.
   *
   * @throws InvalidInputException if there is no such array
   */
  public NpyReader array(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name + SUFFIX);
    if (entry == null) {
      throw new InvalidInputException(
          file + ": has no array " + name + "; it has " + String.join(", ", names()));
    }
    String where = file + "[" + name + "]";
    try {
      InputStream checked = new CheckedEntry(zip.getInputStream(entry), entry, where);
      return new NpyReader(new BufferedInputStream(checked, 1 << 16), where);
    } catch (ZipException | EOFException e) {
      throw damaged(where, e);
    }
  }

  private static InvalidInputException damaged(String where, IOException cause) {
    String reason = Objects.requireNonNullElse(cause.getMessage(), "it ends too early");
    return new InvalidInputException(
        where + ": damaged (" + reason + "); fetch or save it again", cause);
  }

  /**
   * An entry's bytes. Where they end, they must be as many as the file declares and have its
   * checksum: ZipFile looks at neither.
   */
  private static final class CheckedEntry extends FilterInputStream {
    private final CRC32 checksum = new CRC32();
    private final ZipEntry entry;
    private final String where;
    private long left;

    CheckedEntry(InputStream in, ZipEntry entry, String where) {
      super(in);
      this.entry = entry;
      this.where = where;
      this.left = entry.getSize();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int read = super.read(bytes, offset, length);
        if (read > 0) {
          checksum.update(bytes, offset, read);
          left -= read;
        }
        if (left < 0 || (read < 0 && left > 0)) {
          throw new ZipException("it has another length than the file declares");
        }
        if (read < 0 && checksum.getValue() != entry.getCrc()) {
          throw new ZipException("its checksum is wrong");
        }
        return read;
      } catch (ZipException | EOFException e) {
        throw damaged(where, e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
