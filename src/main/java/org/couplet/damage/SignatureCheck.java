package org.couplet.damage;

import java.nio.file.Path;
import java.util.List;
import org.couplet.io.InvalidInputException;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * Compares what a SavedModel says of its graph with the graph, which TensorFlow does not.
 *
 * @param folder of the SavedModel, for messages
 * @param graph as TensorFlow loaded it
 */
public record SignatureCheck(Path folder, Graph graph) {
  /** Requires each tensor of a signature, with the type and shape that it says. */
  public void check(String name, SignatureDef signature) {
    signature.getInputsMap().forEach((tensor, info) -> check(name, tensor, info));
    signature.getOutputsMap().forEach((tensor, info) -> check(name, tensor, info));
  }

  private void check(String signature, String name, TensorInfo info) {
    Shape declared = shape(info);
    DataType type;
    Shape actual;
    try {
      Output<?> tensor = graph.outputOrThrow(info.getName());
      type = tensor.dataType();
      actual = tensor.shape();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw refusal(
          "the signature '%s': its tensor '%s' is not in the graph".formatted(signature, name));
    }
    boolean fits = declared.isUnknown() || actual.isUnknown() || declared.isCompatibleWith(actual);
    if (type != info.getDtype() || !fits) {
      throw refusal(
          "the signature '%s': its tensor '%s' is %s %s in the graph, not %s %s"
              .formatted(signature, name, type, actual, info.getDtype(), declared));
    }
  }

  /** The shape that a signature declares; -1 where a size is open. */
  public static Shape shape(TensorInfo info) {
    return info.getTensorShape().getUnknownRank()
        ? Shape.unknown()
        : Shape.of(
            info.getTensorShape().getDimList().stream().mapToLong(dim -> dim.getSize()).toArray());
  }

  /** Requires the operations that write and read the variables. */
  public void check(SaverDef saver) {
    for (String name :
        List.of(
            saver.getFilenameTensorName(), saver.getSaveTensorName(), saver.getRestoreOpName())) {
      if (name.isEmpty() || graph.operation(name.replaceFirst(":.*", "")) == null) {
        throw refusal("it can't save its variables: there is no operation '" + name + "'");
      }
    }
  }

  private InvalidInputException refusal(String problem) {
    return new InvalidInputException(
        folder + ": " + problem + "; build or export the SavedModel again");
  }
}
