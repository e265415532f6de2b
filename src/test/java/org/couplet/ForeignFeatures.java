package org.couplet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/** Feature networks as other programs write them. */
public final class ForeignFeatures {
  private ForeignFeatures() {}

  /**
   * Writes a SavedModel whose signature {@code embed} turns {@code pixels}, float32, into {@code
   * vector}.
   *
   * @param images shape of the input
   */
  public static void write(
      Path folder, Shape images, BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> network)
      throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> input = tf.placeholder(TFloat32.class, Placeholder.shape(images));
      Operand<TFloat32> output = network.apply(tf, input);
      MetaGraphDef.Builder model = MetaGraphDef.newBuilder().setGraphDef(graph.toGraphDef());
      model.getMetaInfoDefBuilder().addTags("serve");
      model.putSignatureDef(
          "embed",
          SignatureDef.newBuilder()
              .putInputs("pixels", info(input))
              .putOutputs("vector", info(output))
              .build());
      Files.createDirectories(folder);
      try (var out = Files.newOutputStream(folder.resolve("saved_model.pb"))) {
        SavedModel.newBuilder()
            .setSavedModelSchemaVersion(1)
            .addMetaGraphs(model)
            .build()
            .writeTo(out);
      }
    }
  }

  private static TensorInfo info(Operand<TFloat32> operand) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : operand.shape().asArray()) {
      shape.addDimBuilder().setSize(size);
    }
    return TensorInfo.newBuilder()
        .setName(operand.asOutput().op().name() + ":0")
        .setDtype(operand.asOutput().dataType())
        .setTensorShape(shape)
        .build();
  }
}
