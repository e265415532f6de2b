package org.couplet.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A tensor in a file: its values are read when they are asked for. */
public final class ForeignTensor {
  private static final int MOST_AXES = 8;

  private final String type;
  // None where values of the type are not read.
  private final @Nullable Storage storage;
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  /**
   * A view of a storage.
   *
   * @param offset of the first value, in values
   * @param strides of the axes, in values
   * @throws IllegalArgumentException if the view leaves the storage or has more values than it
   */
  ForeignTensor(Storage storage, long offset, long[] shape, long[] strides) {
    this(storage.type().toString().toLowerCase(Locale.ROOT), storage, offset, shape, strides);
    check(storage);
  }

  private ForeignTensor(
      String type, @Nullable Storage storage, long offset, long[] shape, long[] strides) {
    this.type = type;
    this.storage = storage;
    this.offset = offset;
    this.shape = shape.clone();
    this.strides = strides.clone();
  }

  /** A tensor of a type whose values are not read here. */
  static ForeignTensor unread(String type, long[] shape) {
    return new ForeignTensor(type, null, 0, shape, new long[0]);
  }

  private void check(Storage storage) {
    if (shape.length > MOST_AXES || strides.length != shape.length || offset < 0) {
      throw new IllegalArgumentException("a view that has no sense");
    }
    try {
      long last = offset;
      long size = 1;
      for (int axis = 0; axis < shape.length; axis++) {
        if (shape[axis] < 0 || strides[axis] < 0) {
          throw new IllegalArgumentException("a negative size or stride");
        }
        size = Math.multiplyExact(size, shape[axis]);
        last = Math.addExact(last, Math.multiplyExact(shape[axis] - 1, strides[axis]));
      }
      if (size > 0 && (last >= storage.count() || size > storage.count())) {
        throw new IllegalArgumentException(
            "%d values up to place %d of %d".formatted(size, last, storage.count()));
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("sizes that are too large", e);
    }
  }

  /** Row-major strides of a shape. */
  static long[] rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride = Math.multiplyExact(stride, Math.max(1, shape[axis]));
    }
    return strides;
  }

  /** Sizes of the axes. */
  public long[] shape() {
    return shape.clone();
  }

  /** What its values are: {@code float32}, {@code int64}, or what the file calls it. */
  public String type() {
    return type;
  }

  /** Whether its values are floating-point numbers that can be read. */
  public boolean isFloating() {
    return storage != null && storage.type().isFloating();
  }

  /** Number of values. */
  public long size() {
    return Arrays.stream(shape).reduce(1, (one, other) -> one * other);
  }

  /**
   * All values, row-major, as float32: float16 and bfloat16 are widened, float64 is rounded to the
   * nearest.
   *
   * @throws IllegalStateException if it is not {@link #isFloating}
   */
  public float[] values() throws IOException {
    if (storage == null || !isFloating()) {
      throw new IllegalStateException(type + " is no type of weights");
    }
    FilePart file = Objects.requireNonNull(storage.values());
    int bytes = storage.type().bytes();
    long span = size() == 0 ? 0 : 1;
    for (int axis = 0; axis < shape.length && span > 0; axis++) {
      span += (shape[axis] - 1) * strides[axis];
    }
    if (span > Integer.MAX_VALUE / bytes) {
      throw file.refusal("a tensor in it is spread over %d values".formatted(span));
    }
    ByteBuffer all = ByteBuffer.allocate((int) span * bytes).order(storage.order());
    file.read(offset * bytes, all);
    float[] values = new float[(int) size()];
    int[] index = new int[shape.length];
    int from = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = storage.type().get(all, from);
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        index[axis]++;
        from += (int) strides[axis];
        if (index[axis] < shape[axis]) {
          break;
        }
        from -= (int) (shape[axis] * strides[axis]);
        index[axis] = 0;
      }
    }
    return values;
  }
}
