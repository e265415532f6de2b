package org.couplet.npy;

import java.nio.ByteBuffer;

/** The element types of NumPy arrays that Couplet reads, all little endian. */
public enum NpyType {
  /** False or true, as 0 or 1. */
  B1("|b1", 1, Kind.BOOLEAN),
  /** Unsigned byte. */
  U1("|u1", 1, Kind.INTEGER),
  /** Signed byte. */
  I1("|i1", 1, Kind.INTEGER),
  /** Unsigned 16-bit integer. */
  U2("<u2", 2, Kind.INTEGER),
  /** 16-bit integer. */
  I2("<i2", 2, Kind.INTEGER),
  /** Unsigned 32-bit integer. */
  U4("<u4", 4, Kind.INTEGER),
  /** 32-bit integer. */
  I4("<i4", 4, Kind.INTEGER),
  /** Unsigned 64-bit integer. */
  U8("<u8", 8, Kind.INTEGER),
  /** 64-bit integer. */
  I8("<i8", 8, Kind.INTEGER),
  /** 16-bit float. */
  F2("<f2", 2, Kind.FLOAT),
  /** 32-bit float. */
  F4("<f4", 4, Kind.FLOAT),
  /** 64-bit float. */
  F8("<f8", 8, Kind.FLOAT);

  /** All types in words, for messages. */
  public static final String WORDS =
      "bool, uint8 to uint64, int8 to int64 or float16 to float64, little endian";

  private enum Kind {
    BOOLEAN,
    INTEGER,
    FLOAT
  }

  private final String descr;
  private final int bytes;
  private final Kind kind;

  NpyType(String descr, int bytes, Kind kind) {
    this.descr = descr;
    this.bytes = bytes;
    this.kind = kind;
  }

  /** NumPy's name, such as {@code <f4}. */
  public String descr() {
    return descr;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is F2, F4 or F8. */
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** Whether this is a signed or unsigned integer; B1 is not. */
  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  /**
   * The next element of an array.
   *
   * @param raw little endian; its position moves on
   * @return the value; integers beyond 2^53 lose digits
   */
  public double next(ByteBuffer raw) {
    return switch (this) {
      // NumPy takes every byte but 0 for true.
      case B1 -> raw.get() == 0 ? 0 : 1;
      case U1 -> Byte.toUnsignedInt(raw.get());
      case I1 -> raw.get();
      case U2 -> Short.toUnsignedInt(raw.getShort());
      case I2 -> raw.getShort();
      case U4 -> Integer.toUnsignedLong(raw.getInt());
      case I4 -> raw.getInt();
      case U8 -> unsigned(raw.getLong());
      case I8 -> raw.getLong();
      case F2 -> half(raw.getShort());
      case F4 -> raw.getFloat();
      case F8 -> raw.getDouble();
    };
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : 2.0 * (bits >>> 1) + (bits & 1);
  }

  // IEEE 754's binary16: 1 sign, 5 exponent and 10 fraction bits.
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb((double) (1024 + fraction), exponent - 25);
        };
    return bits < 0 ? -size : size;
  }
}
