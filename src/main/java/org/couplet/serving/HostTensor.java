package org.couplet.serving;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.couplet.io.InvalidInputException;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A tensor's values on the Java heap, which can be joined and split along the first axis.
 *
 * @param type DT_FLOAT, DT_INT32, DT_INT64, DT_UINT8 or DT_STRING
 * @param shape its sizes
 * @param numbers the values in order, little-endian; empty for strings
 * @param strings the values of strings; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record HostTensor(DataType type, long[] shape, byte[] numbers, List<byte[]> strings) {
  /** Bytes of a number; refuses types that are not served. */
  public static int width(DataType type) {
    return switch (type) {
      case DT_FLOAT, DT_INT32 -> Float.BYTES;
      case DT_INT64 -> Long.BYTES;
      case DT_UINT8 -> 1;
      default ->
          throw new InvalidInputException("tensors of type " + type + " can't be sent as JSON");
    };
  }

  /** Of numbers. */
  public static HostTensor of(DataType type, long[] shape, byte[] numbers) {
    return new HostTensor(type, shape, numbers, List.of());
  }

  /** Copies a result of TensorFlow's. */
  static HostTensor of(Tensor tensor) {
    long[] shape = tensor.shape().asArray();
    DataType type = tensor.dataType();
    if (tensor instanceof TString text) {
      List<byte[]> strings = new ArrayList<>();
      text.asBytes().scalars().forEach(one -> strings.add(one.getObject()));
      return new HostTensor(type, shape, new byte[0], strings);
    }
    byte[] numbers = new byte[Math.toIntExact(tensor.numBytes())];
    width(type);
    ((TType) tensor).asRawTensor().data().read(numbers);
    return of(type, shape, numbers);
  }

  /** For TensorFlow; the caller closes it. */
  TType tensor() {
    Shape sizes = Shape.of(shape);
    TType tensor =
        switch (type) {
          case DT_FLOAT -> TFloat32.tensorOf(sizes);
          case DT_INT32 -> TInt32.tensorOf(sizes);
          case DT_INT64 -> TInt64.tensorOf(sizes);
          case DT_UINT8 -> TUint8.tensorOf(sizes);
          default -> throw new InvalidInputException("an input of type " + type + " can't be sent");
        };
    if (numbers.length > 0) {
      tensor.asRawTensor().data().write(numbers);
    }
    return tensor;
  }

  /** Whether it is one value without axes. */
  boolean isScalar() {
    return shape.length == 0;
  }

  /** Rows along the first axis. */
  public int rows() {
    return Math.toIntExact(shape[0]);
  }

  /** All numbers, to be read in order. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(numbers).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Some rows of this. */
  HostTensor part(int first, int count) {
    long[] sizes = shape.clone();
    sizes[0] = count;
    int perRow = numbers.length / Math.max(1, rows());
    int stringsPerRow = strings.size() / Math.max(1, rows());
    return new HostTensor(
        type,
        sizes,
        Arrays.copyOfRange(numbers, first * perRow, (first + count) * perRow),
        strings.isEmpty()
            ? strings
            : strings.subList(first * stringsPerRow, (first + count) * stringsPerRow));
  }

  /** The rows of all of them. */
  static HostTensor joined(List<HostTensor> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    long[] sizes = parts.get(0).shape.clone();
    sizes[0] = parts.stream().mapToLong(part -> part.shape[0]).sum();
    ByteBuffer all =
        ByteBuffer.allocate(parts.stream().mapToInt(part -> part.numbers.length).sum());
    parts.forEach(part -> all.put(part.numbers));
    List<byte[]> strings = parts.stream().flatMap(part -> part.strings.stream()).toList();
    return new HostTensor(parts.get(0).type, sizes, all.array(), strings);
  }
}
