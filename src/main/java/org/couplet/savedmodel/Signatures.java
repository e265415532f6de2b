package org.couplet.savedmodel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.couplet.contract.Signature;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** The signatures of one graph. */
public final class Signatures {
  private static final String METHOD = "tensorflow/serving/predict";

  private final Map<String, SignatureDef> definitions = new LinkedHashMap<>();

  /** Adds a signature; inputs are placeholders. */
  public void add(
      Signature signature,
      Map<String, ? extends Operand<?>> inputs,
      Map<String, ? extends Operand<?>> outputs) {
    signature.check(inputs, outputs);
    SignatureDef.Builder definition = SignatureDef.newBuilder().setMethodName(METHOD);
    inputs.forEach((key, operand) -> definition.putInputs(key, info(operand.asOutput())));
    outputs.forEach((key, operand) -> definition.putOutputs(key, info(operand.asOutput())));
    definitions.put(signature.name(), definition.build());
  }

  Map<String, SignatureDef> definitions() {
    return definitions;
  }

  private static TensorInfo info(Output<?> output) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    Shape known = output.shape();
    if (known.isUnknown()) {
      shape.setUnknownRank(true);
    } else {
      for (long size : known.asArray()) {
        shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
      }
    }
    return TensorInfo.newBuilder()
        .setName(output.op().name() + ":" + output.index())
        .setDtype(output.dataType())
        .setTensorShape(shape)
        .build();
  }
}
