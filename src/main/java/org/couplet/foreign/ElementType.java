package org.couplet.foreign;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The type of a tensor's values. Weights are float32 in Couplet: float16 and bfloat16 are widened,
 * which changes no value, and float64 is rounded to the nearest float32. Values of the other types
 * are not read: they are here for their size.
 */
enum ElementType {
  FLOAT32("FloatStorage", "F32", 4),
  FLOAT64("DoubleStorage", "F64", 8),
  FLOAT16("HalfStorage", "F16", 2),
  BFLOAT16("BFloat16Storage", "BF16", 2),
  INT64("LongStorage", "I64", 8),
  INT32("IntStorage", "I32", 4),
  INT16("ShortStorage", "I16", 2),
  INT8("CharStorage", "I8", 1),
  UINT8("ByteStorage", "U8", 1),
  BOOL("BoolStorage", "BOOL", 1),
  COMPLEX64("ComplexFloatStorage", "C64", 8),
  COMPLEX128("ComplexDoubleStorage", "C128", 16),
  QINT32("QInt32Storage", "", 4),
  QINT8("QInt8Storage", "", 1),
  QUINT8("QUInt8Storage", "", 1),
  /** Bytes of a type that the tensor names. */
  UNTYPED("UntypedStorage", "", 1);

  private static final int HALF_FRACTION = 10;
  private static final int HALF_EXPONENT = 0x1f;
  private static final double SMALLEST_HALF = 0x1p-24;

  private final String storage;
  private final String safetensors;
  private final int bytes;

  ElementType(String storage, String safetensors, int bytes) {
    this.storage = storage;
    this.safetensors = safetensors;
    this.bytes = bytes;
  }

  /** By the name of PyTorch's class of storages. */
  static Optional<ElementType> ofStorage(String name) {
    return Arrays.stream(values()).filter(type -> type.storage.equals(name)).findFirst();
  }

  /** By the name in a header of safetensors. */
  static Optional<ElementType> ofSafetensors(String name) {
    return Arrays.stream(values()).filter(type -> type.safetensors.equals(name)).findFirst();
  }

  /** Bytes of one value. */
  int bytes() {
    return bytes;
  }

  /** Whether values are floating-point numbers, as weights are. */
  boolean isFloating() {
    return this == FLOAT32 || this == FLOAT64 || this == FLOAT16 || this == BFLOAT16;
  }

  /** The value at a place of a buffer, counted in values. */
  float get(ByteBuffer values, int index) {
    int at = index * bytes;
    return switch (this) {
      case FLOAT32 -> values.getFloat(at);
      case FLOAT64 -> (float) values.getDouble(at);
      case FLOAT16 -> half(values.getShort(at));
      // The upper half of a float32.
      case BFLOAT16 -> Float.intBitsToFloat(values.getShort(at) << Short.SIZE);
      default -> throw new IllegalStateException(this + " is no type of weights");
    };
  }

  private static float half(short bits) {
    int fraction = bits & ((1 << HALF_FRACTION) - 1);
    int exponent = bits >> HALF_FRACTION & HALF_EXPONENT;
    float sign = bits < 0 ? -1 : 1;
    if (exponent == HALF_EXPONENT) {
      return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    return exponent == 0
        ? (float) (sign * fraction * SMALLEST_HALF)
        : (float)
            (sign * (fraction + (1 << HALF_FRACTION)) * SMALLEST_HALF * (1L << (exponent - 1)));
  }
}
