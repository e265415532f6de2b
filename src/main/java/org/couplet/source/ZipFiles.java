package org.couplet.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.couplet.io.ChecksummedStream;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.UnreadableImageException;

/**
 * The files of a zip. Names are UTF-8 where they are marked so or could be; older programs, on
 * Windows above all, wrote them in the code page 437.
 */
final class ZipFiles {
  private static final Charset OLD_NAMES = Charset.forName("IBM437");

  // The last record: its smallest size, its signature, and the largest numbers that it can hold.
  private static final int END_RECORD = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int MOST_COMMENT = 0xffff;
  private static final int MOST_COUNTED = 0xffff;

  private ZipFiles() {}

  /** Opens a zip; the caller closes it. */
  static ZipFile open(Path source) throws IOException {
    try {
      ZipFile zip =
          ZipFile.builder()
              .setPath(source)
              .setCharset(StandardCharsets.UTF_8)
              .setIgnoreLocalFileHeader(true)
              .get();
      try {
        checkCount(source, Collections.list(zip.getEntries()).size());
        return zip;
      } catch (IOException | RuntimeException e) {
        zip.close();
        throw e;
      }
    } catch (InvalidInputException e) {
      throw e;
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      String reason = e.getMessage() == null ? "it ends too early" : e.getMessage();
      throw new InvalidInputException(
          source + ": damaged or cut off zip (" + reason + "); fetch it again", e);
    }
  }

  // A damaged list of entries seems to end where the damage is; the zip's last record counts them.
  private static void checkCount(Path source, int entries) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "r")) {
      int length = (int) Math.min(file.length(), END_RECORD + MOST_COMMENT);
      byte[] end = new byte[length];
      file.seek(file.length() - length);
      file.readFully(end);
      ByteBuffer record = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = length - END_RECORD; at >= 0; at--) {
        if (record.getInt(at) == END_SIGNATURE) {
          int counted = Short.toUnsignedInt(record.getShort(at + 10));
          // More than fit are in another record.
          if (counted != MOST_COUNTED && counted != entries) {
            throw new InvalidInputException(
                "%s: damaged zip: %d of its %d entries are found; fetch it again"
                    .formatted(source, entries, counted));
          }
          return;
        }
      }
    }
  }

  /** All files but hidden ones, in the zip's order. */
  static List<PictureFile> in(ZipFile zip) {
    List<PictureFile> files = new ArrayList<>();
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      String name = name(entry);
      // A folder with bytes is a file whose name is damaged.
      boolean folder = (entry.isDirectory() || name.endsWith("/")) && entry.getSize() <= 0;
      if (!folder && !PictureFile.isHidden(name)) {
        files.add(new PictureFile(name, entry.getSize(), () -> open(zip, entry)));
      }
    }
    return files;
  }

  private static String name(ZipArchiveEntry entry) {
    boolean marked =
        entry.getGeneralPurposeBit().usesUTF8ForNames()
            || entry.getNameSource() == ZipArchiveEntry.NameSource.UNICODE_EXTRA_FIELD;
    return PictureFile.plainName(marked ? entry.getName() : decoded(entry.getRawName()));
  }

  private static String decoded(byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      return new String(name, OLD_NAMES);
    }
  }

  private static InputStream open(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw new UnreadableImageException("encrypted", "encrypted; unpack it with its password");
    }
    if (entry.isUnixSymlink()) {
      throw new UnreadableImageException("link", "a link, not a file of its own");
    }
    if (!zip.canReadEntryData(entry)) {
      throw new UnreadableImageException(
          "unreadable", "compressed in a way that is not read; unpack the zip");
    }
    try {
      // The zip looks for the entry's place in its file, which has one position.
      synchronized (zip) {
        InputStream in = zip.getInputStream(entry);
        return new EntryBytes(new ChecksummedStream(in, entry.getSize(), entry.getCrc()));
      }
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private static UnreadableImageException damaged(Exception cause) {
    String reason = cause.getMessage() == null ? "it ends too early" : cause.getMessage();
    return UnreadableImageException.corrupt("damaged in the zip: " + reason, cause);
  }

  /** An entry whose reading may fail. */
  private static final class EntryBytes extends FilterInputStream {
    EntryBytes(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException | RuntimeException e) {
        throw damaged(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException | RuntimeException e) {
        throw damaged(e);
      }
    }
  }
}
