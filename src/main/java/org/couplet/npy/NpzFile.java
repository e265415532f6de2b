package org.couplet.npy;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.couplet.archive.ChecksummedStream;
import org.couplet.io.BlockStream;
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
   * @throws InvalidInputException if it is no whole zip
   */
  public static NpzFile open(Path file) throws IOException {
    try {
      return new NpzFile(file, new ZipFile(file.toFile()));
    } catch (ZipException | EOFException e) {
      throw damaged(file.toString(), e);
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
      InputStream checked =
          new ChecksummedStream(zip.getInputStream(entry), entry.getSize(), entry.getCrc());
      return new NpyReader(new BufferedInputStream(new ArrayBytes(checked, where), 1 << 16), where);
    } catch (ZipException | EOFException e) {
      throw damaged(where, e);
    }
  }

  private static InvalidInputException damaged(String where, IOException cause) {
    String reason = Objects.requireNonNullElse(cause.getMessage(), "it ends too early");
    return new InvalidInputException(
        where + ": damaged or cut off (" + reason + "); fetch or save it again", cause);
  }

  /** An array's bytes, whose damage is the file's. */
  private static final class ArrayBytes extends BlockStream {
    private final String where;

    ArrayBytes(InputStream in, String where) {
      super(in);
      this.where = where;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
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
