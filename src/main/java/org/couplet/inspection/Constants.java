package org.couplet.inspection;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Reads what a graph says of shapes and small integers. */
final class Constants {
  private Constants() {}

  static Shape shape(TensorShapeProto shape) {
    return shape.getUnknownRank()
        ? Shape.unknown()
        : Shape.of(shape.getDimList().stream().mapToLong(dim -> dim.getSize()).toArray());
  }

  /** The elements of an int32 or int64 tensor; nothing for other types. */
  static Optional<List<Long>> integers(TensorProto tensor) {
    boolean wide = tensor.getDtype() == DataType.DT_INT64;
    if (!wide && tensor.getDtype() != DataType.DT_INT32) {
      return Optional.empty();
    }
    List<Long> given = new ArrayList<>();
    ByteBuffer bytes =
        tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      given.add(wide ? bytes.getLong() : bytes.getInt());
    }
    given.addAll(tensor.getInt64ValList());
    tensor.getIntValList().forEach(value -> given.add(value.longValue()));
    // The last one stands for all that follow, and none for zeros.
    long size = shape(tensor.getTensorShape()).size();
    while (given.size() < size) {
      given.add(given.isEmpty() ? 0 : given.get(given.size() - 1));
    }
    return Optional.of(given);
  }
}
