package org.couplet.archive;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.deflate64.Deflate64CompressorInputStream;

/**
 * A zip: what its directory lists, and the entries' bytes. Made for hundreds of thousands of them.
 * Java's own reader refuses the whole zip where one entry is encrypted, and hides which are links;
 * that of commons-compress takes ten times as long and 1.5 kB an entry. Entries are read from
 * several threads.
 */
public final class ZipArchive implements Closeable {
  private static final int LOCAL = 0x04034b50;
  private static final int LISTED = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int LARGE_END = 0x06064b50;
  private static final int LARGE_END_PLACE = 0x07064b50;

  private static final int LOCAL_BYTES = 30;
  private static final int LISTED_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int LARGE_END_BYTES = 56;
  private static final int LARGE_END_PLACE_BYTES = 20;
  private static final int MOST_COMMENT = 0xffff;

  // What is in a field whose number is elsewhere, because it is too large for it.
  private static final int ELSEWHERE_SHORT = 0xffff;
  private static final long ELSEWHERE = 0xffffffffL;
  private static final int LARGE_NUMBERS = 1;

  private static final int UNIX = 3;
  private static final int UNIX_LINK = 0xa;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final int DEFLATED_64 = 9;
  private static final int BZIP2 = 12;

  private static final int BUFFER = 1 << 13;

  private static final Charset OLD_NAMES = Charset.forName("IBM437");
  private static final char NOT_UTF_8 = '\ufffd';

  private final FileChannel file;
  private final List<Entry> entries = new ArrayList<>();
  // Of what is before the zip: a program that unpacks it.
  private long shift;

  /**
   * An entry.
   *
   * @param name its path
   * @param encrypted whether it needs a password
   * @param link whether it is a symbolic link
   * @param method how it is compressed
   * @param crc its checksum
   * @param compressed number of bytes in the zip
   * @param size number of bytes
   * @param place where it begins in the zip
   */
  public record Entry(
      String name,
      boolean encrypted,
      boolean link,
      int method,
      long crc,
      long compressed,
      long size,
      long place) {
    /** Whether it is compressed in a way that is read. */
    public boolean isReadable() {
      return method == STORED || method == DEFLATED || method == DEFLATED_64 || method == BZIP2;
    }

    /** Whether its bytes lie in the zip as they are. */
    public boolean isStored() {
      return method == STORED && compressed == size;
    }
  }

  /** Where the directory is, and how many entries it has. */
  private record Directory(long place, long size, long entries, long end) {}

  private ZipArchive(FileChannel file) {
    this.file = file;
  }

  /**
   * Opens a zip and reads its directory.
   *
   * @throws ZipException if it is damaged
   */
  public static ZipArchive open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path);
    try {
      ZipArchive zip = new ZipArchive(file);
      zip.readDirectory();
      return zip;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** In the directory's order. */
  public List<Entry> entries() {
    return entries;
  }

  private void readDirectory() throws IOException {
    Directory directory = directory();
    long begin = directory.end() - directory.size();
    shift = begin - directory.place();
    if (Math.min(directory.size(), directory.place()) < 0 || Math.min(begin, shift) < 0) {
      throw new ZipException("its directory is not where it should be");
    }
    file.position(begin);
    InputStream in = new BufferedInputStream(Channels.newInputStream(file), BUFFER);
    long left = directory.size();
    while (left >= LISTED_BYTES) {
      ByteBuffer fixed = buffer(in.readNBytes(LISTED_BYTES));
      if (fixed.limit() < LISTED_BYTES || fixed.getInt(0) != LISTED) {
        break;
      }
      int name = Short.toUnsignedInt(fixed.getShort(28));
      int extra = Short.toUnsignedInt(fixed.getShort(30));
      int comment = Short.toUnsignedInt(fixed.getShort(32));
      entries.add(entry(fixed, in.readNBytes(name), buffer(in.readNBytes(extra))));
      in.skipNBytes(comment);
      left -= LISTED_BYTES + name + extra + comment;
    }
    // A damaged directory seems to end where the damage is.
    if (directory.entries() != ELSEWHERE_SHORT && entries.size() != directory.entries()) {
      throw new ZipException(
          "%d of its %d entries are found".formatted(entries.size(), directory.entries()));
    }
  }

  private Directory directory() throws IOException {
    long length = file.size();
    int most = (int) Math.min(length, END_BYTES + MOST_COMMENT);
    ByteBuffer tail = at(length - most, most);
    int at = most - END_BYTES;
    while (at >= 0 && tail.getInt(at) != END) {
      at--;
    }
    if (at < 0) {
      throw new ZipException("its end is missing");
    }
    long end = length - most + at;
    if (at >= LARGE_END_PLACE_BYTES && tail.getInt(at - LARGE_END_PLACE_BYTES) == LARGE_END_PLACE) {
      return largeDirectory(tail.getLong(at - LARGE_END_PLACE_BYTES + 8));
    }
    return new Directory(
        Integer.toUnsignedLong(tail.getInt(at + 16)),
        Integer.toUnsignedLong(tail.getInt(at + 12)),
        Short.toUnsignedInt(tail.getShort(at + 10)),
        end);
  }

  // Of a zip beyond 4 GiB or 65,535 entries.
  private Directory largeDirectory(long place) throws IOException {
    ByteBuffer record = at(place, LARGE_END_BYTES);
    if (record.getInt(0) != LARGE_END) {
      throw new ZipException("its end is damaged");
    }
    return new Directory(record.getLong(48), record.getLong(40), record.getLong(32), place);
  }

  private static Entry entry(ByteBuffer fixed, byte[] name, ByteBuffer extra) throws IOException {
    ByteBuffer large = largeNumbers(extra);
    long size = number(fixed.getInt(24), large);
    long compressed = number(fixed.getInt(20), large);
    long place = number(fixed.getInt(42), large);
    boolean unix = fixed.get(5) == UNIX;
    return new Entry(
        decoded(name),
        (fixed.getShort(8) & 1) != 0,
        unix && fixed.getInt(38) >>> 28 == UNIX_LINK,
        Short.toUnsignedInt(fixed.getShort(10)),
        Integer.toUnsignedLong(fixed.getInt(16)),
        compressed,
        size,
        place);
  }

  // UTF-8 where it could be; older programs, on Windows above all, wrote the code page 437.
  private static String decoded(byte[] name) {
    String text = new String(name, StandardCharsets.UTF_8);
    return text.indexOf(NOT_UTF_8) < 0 ? text : new String(name, OLD_NAMES);
  }

  // The large numbers follow each other, only those that are needed.
  private static long number(int stored, ByteBuffer large) throws ZipException {
    if (Integer.toUnsignedLong(stored) != ELSEWHERE) {
      return Integer.toUnsignedLong(stored);
    }
    long number = large.remaining() < Long.BYTES ? -1 : large.getLong();
    if (number < 0) {
      throw new ZipException("its directory is damaged");
    }
    return number;
  }

  // The part of an entry's further fields that has numbers too large for their place; it may be
  // absent.
  private static ByteBuffer largeNumbers(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int kind = Short.toUnsignedInt(extra.getShort());
      int length = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
      if (kind == LARGE_NUMBERS) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  /** Opens an entry's bytes, which are checked at their end; on any thread, while this is open. */
  public InputStream open(Entry entry) throws IOException {
    InputStream in = new Part(content(entry), entry.compressed());
    return new ChecksummedStream(decompressed(entry, in), entry.size(), entry.crc());
  }

  /** Where an entry's bytes begin in the file. */
  public long content(Entry entry) throws IOException {
    ByteBuffer header = localHeader(entry);
    return shift + entry.place() + LOCAL_BYTES + localName(header) + localExtra(header);
  }

  /**
   * Compares an entry's name, which is in the directory, with the one before its bytes.
   *
   * @throws ZipException if they differ or the second one can't be found
   */
  public void checkName(Entry entry) throws IOException {
    int length = localName(localHeader(entry));
    byte[] name = at(shift + entry.place() + LOCAL_BYTES, length).array();
    if (!decoded(name).equals(entry.name())) {
      throw new ZipException("its name is another one in the zip's directory");
    }
  }

  private ByteBuffer localHeader(Entry entry) throws IOException {
    ByteBuffer header = at(shift + entry.place(), LOCAL_BYTES);
    if (header.getInt(0) != LOCAL) {
      throw new ZipException("an entry is not where it should be");
    }
    return header;
  }

  private static int localName(ByteBuffer header) {
    return Short.toUnsignedInt(header.getShort(26));
  }

  private static int localExtra(ByteBuffer header) {
    return Short.toUnsignedInt(header.getShort(28));
  }

  private static InputStream decompressed(Entry entry, InputStream in) throws IOException {
    return switch (entry.method()) {
      case STORED -> in;
      case DEFLATED -> {
        int buffer = (int) Math.min(Math.max(entry.compressed(), 1), BUFFER);
        yield new Inflated(in, new Inflater(true), buffer);
      }
      case DEFLATED_64 -> new Deflate64CompressorInputStream(new BufferedInputStream(in));
      case BZIP2 -> new BZip2CompressorInputStream(new BufferedInputStream(in));
      default -> throw new ZipException("compressed in a way that is not read");
    };
  }

  /** Owns the native memory that decompressing takes. */
  private static final class Inflated extends InflaterInputStream {
    Inflated(InputStream in, Inflater inflater, int buffer) {
      super(in, inflater, buffer);
    }

    @Override
    public void close() throws IOException {
      super.close();
      inf.end();
    }
  }

  /** A part of the file; several are read at the same time. */
  private final class Part extends InputStream {
    private long position;
    private long left;

    Part(long position, long length) {
      this.position = position;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int count = (int) Math.min(length, left);
      int read = count == 0 ? -1 : file.read(ByteBuffer.wrap(bytes, offset, count), position);
      position += Math.max(read, 0);
      left -= Math.max(read, 0);
      return read;
    }
  }

  private ByteBuffer at(long place, int count) throws IOException {
    ByteBuffer bytes = buffer(new byte[count]);
    while (place >= 0 && bytes.hasRemaining()) {
      if (file.read(bytes, place + bytes.position()) < 0) {
        break;
      }
    }
    if (bytes.hasRemaining()) {
      throw new EOFException("it ends too early");
    }
    return bytes;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
