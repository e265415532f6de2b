package org.couplet.inception;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Constants of a GraphDef: their values read and written. */
final class ConstantNode {
  private static final int BYTES = 4;

  private ConstantNode() {}

  /** Sizes of a constant's dimensions; empty of a scalar. */
  static List<Long> shape(FrozenGraph graph, NodeDef node) {
    return tensor(graph, node).getTensorShape().getDimList().stream()
        .map(TensorShapeProto.Dim::getSize)
        .toList();
  }

  /** Values of a float32 constant, row-major. */
  static float[] floats(FrozenGraph graph, NodeDef node) {
    ByteBuffer words = words(graph, node, DataType.DT_FLOAT);
    float[] values = new float[words.capacity() / BYTES];
    words.asFloatBuffer().get(values);
    return values;
  }

  /** Values of an int32 constant, row-major. */
  static int[] ints(FrozenGraph graph, NodeDef node) {
    ByteBuffer words = words(graph, node, DataType.DT_INT32);
    int[] values = new int[words.capacity() / BYTES];
    words.asIntBuffer().get(values);
    return values;
  }

  /** A float32 constant. */
  static NodeDef of(String name, List<Long> shape, float... values) {
    ByteBuffer words = words(values.length);
    words.asFloatBuffer().put(values);
    return node(name, DataType.DT_FLOAT, shape, words);
  }

  /** An int32 vector. */
  static NodeDef of(String name, int... values) {
    ByteBuffer words = words(values.length);
    words.asIntBuffer().put(values);
    return node(name, DataType.DT_INT32, List.of((long) values.length), words);
  }

  private static TensorProto tensor(FrozenGraph graph, NodeDef node) {
    if (!node.getOp().equals("Const")) {
      throw graph.refusal("'" + node.getName() + "' is a " + node.getOp() + ", no constant");
    }
    return graph.attribute(node, "value").getTensor();
  }

  // The values as they lie in tensor_content, also of a tensor that lists them instead.
  private static ByteBuffer words(FrozenGraph graph, NodeDef node, DataType type) {
    TensorProto tensor = tensor(graph, node);
    long size = shape(graph, node).stream().reduce(1L, Math::multiplyExact);
    List<? extends Number> listed =
        type == DataType.DT_FLOAT ? tensor.getFloatValList() : tensor.getIntValList();
    if (tensor.getDtype() != type
        || (listed.isEmpty() && tensor.getTensorContent().size() != size * BYTES)) {
      throw graph.refusal(
          "the constant '%s' should hold %d values of %s".formatted(node.getName(), size, type));
    }
    if (listed.isEmpty()) {
      return tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer words = words((int) size);
    for (int i = 0; i < size; i++) {
      // The last value stands for all that are not listed.
      Number value = listed.get(Math.min(i, listed.size() - 1));
      words.putInt(
          type == DataType.DT_FLOAT
              ? Float.floatToRawIntBits(value.floatValue())
              : value.intValue());
    }
    return words.flip();
  }

  private static ByteBuffer words(int count) {
    return ByteBuffer.allocate(Math.multiplyExact(count, BYTES)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static NodeDef node(String name, DataType type, List<Long> shape, ByteBuffer words) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDtype(type).setTensorContent(ByteString.copyFrom(words));
    for (long size : shape) {
      tensor.getTensorShapeBuilder().addDimBuilder().setSize(size);
    }
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }
}
