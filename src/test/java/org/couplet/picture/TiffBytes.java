package org.couplet.picture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;

/** A TIFF of one strip, put together from its fields and the bytes of its pixels. */
// Arrays are made here and only read; buffers are allocated whole.
@SuppressWarnings({"ArrayRecordComponent", "ByteBufferBackingArray"})
final class TiffBytes {
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int FRACTION = 5;
  private static final int UNDEFINED = 7;
  private static final int COMPRESSION = 259;
  private static final int OFFSET = 273;
  private static final int LENGTH = 279;
  private static final int DENOMINATOR = 1_000_000;

  private record Field(int type, int count, byte[] values) {}

  private final TreeMap<Integer, Field> fields = new TreeMap<>();
  private final ByteArrayOutputStream pixels = new ByteArrayOutputStream();
  private final int count;
  private boolean deflated;

  /**
   * A file without pixels.
   *
   * @param colours the number of its photometric interpretation
   */
  TiffBytes(int width, int height, int colours, int bits, int channels) {
    count = width * height;
    int[] depths = new int[channels];
    Arrays.fill(depths, bits);
    with(256, width).with(257, height).with(258, depths).with(262, colours);
    with(277, channels).with(278, height);
  }

  /** With a field of these numbers. */
  TiffBytes with(int tag, int... values) {
    ByteBuffer bytes = buffer(2 * values.length);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    fields.put(tag, new Field(SHORT, values.length, bytes.array()));
    return this;
  }

  /** With a field of these fractions. */
  TiffBytes withFractions(int tag, double... values) {
    ByteBuffer bytes = buffer(8 * values.length);
    for (double value : values) {
      bytes.putInt((int) Math.round(value * DENOMINATOR)).putInt(DENOMINATOR);
    }
    fields.put(tag, new Field(FRACTION, values.length, bytes.array()));
    return this;
  }

  /** With a field of these bytes, more than four. */
  TiffBytes withBytes(int tag, byte... values) {
    fields.put(tag, new Field(UNDEFINED, values.length, values));
    return this;
  }

  /** Without a field. */
  TiffBytes without(int tag) {
    fields.remove(tag);
    return this;
  }

  /** With these bytes for each pixel. */
  TiffBytes repeated(int... pixel) {
    for (int i = 0; i < count; i++) {
      add(pixel);
    }
    return this;
  }

  /** With more bytes of pixels. */
  void add(int... bytes) {
    for (int each : bytes) {
      pixels.write(each);
    }
  }

  /** Whether the pixels are compressed. */
  TiffBytes deflated(boolean yes) {
    deflated = yes;
    return this;
  }

  byte[] toBytes() throws IOException {
    byte[] data = pixels.toByteArray();
    with(COMPRESSION, deflated ? 8 : 1);
    if (deflated) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
        out.write(data);
      }
      data = packed.toByteArray();
    }
    fields.put(OFFSET, new Field(LONG, 1, buffer(4).putInt(8).array()));
    fields.putIfAbsent(LENGTH, new Field(LONG, 1, buffer(4).putInt(data.length).array()));
    int directory = 8 + data.length;
    int beyond = directory + 2 + 12 * fields.size() + 4;
    int end = beyond + fields.values().stream().mapToInt(field -> field.values().length).sum();
    ByteBuffer file = buffer(end);
    file.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(directory).put(data);
    file.putShort((short) fields.size());
    for (var entry : fields.entrySet()) {
      Field field = entry.getValue();
      file.putShort(entry.getKey().shortValue()).putShort((short) field.type());
      file.putInt(field.count());
      if (field.values().length <= 4) {
        file.put(Arrays.copyOf(field.values(), 4));
      } else {
        file.putInt(beyond);
        file.put(beyond, field.values());
        beyond += field.values().length;
      }
    }
    return file.array();
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
