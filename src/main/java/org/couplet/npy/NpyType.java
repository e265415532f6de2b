package org.couplet.npy;

/** The element types of NumPy arrays that Couplet reads, all little endian. */
public enum NpyType {
  /** Unsigned byte. */
  U1("|u1", 1),
  /** Signed byte. */
  I1("|i1", 1),
  /** 16-bit integer. */
  I2("<i2", 2),
  /** 32-bit integer. */
  I4("<i4", 4),
  /** 64-bit integer. */
  I8("<i8", 8),
  /** 32-bit float. */
  F4("<f4", 4),
  /** 64-bit float. */
  F8("<f8", 8);

  private final String descr;
  private final int bytes;

  NpyType(String descr, int bytes) {
    this.descr = descr;
    this.bytes = bytes;
  }

  /** NumPy's name, such as {@code <f4}. */
  public String descr() {
    return descr;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is F4 or F8. */
  public boolean isFloat() {
    return this == F4 || this == F8;
  }
}
