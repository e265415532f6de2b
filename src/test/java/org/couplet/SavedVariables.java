package org.couplet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.EagerSession;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** The variables of a SavedModel: their names, and their values in a checkpoint. */
public final class SavedVariables {
  private SavedVariables() {}

  /** The variables that a SavedModel declares, with their types. */
  public static Map<String, DataType> names(Path model) {
    try (var in = Files.newInputStream(model.resolve("saved_model.pb"))) {
      return SavedModel.parseFrom(in).getMetaGraphs(0).getGraphDef().getNodeList().stream()
          .filter(node -> node.getOp().equals("VarHandleOp"))
          .collect(
              Collectors.toMap(
                  node -> node.getAttrOrThrow("shared_name").getS().toStringUtf8(),
                  SavedVariables::type,
                  (one, other) -> one,
                  TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the values of a model's variables out of a checkpoint.
   *
   * @return flat values by name; integers, which are below 2^53, as doubles too
   */
  public static Map<String, double[]> read(Path model, Path prefix) {
    Map<String, DataType> names = names(model);
    List<Class<? extends TType>> types = new ArrayList<>();
    names.values().forEach(t -> types.add(t == DataType.DT_INT64 ? TInt64.class : TFloat32.class));
    String[] slices = new String[names.size()];
    Arrays.fill(slices, "");
    Map<String, double[]> values = new TreeMap<>();
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      var restored =
          tf.train
              .restore(
                  tf.constant(prefix.toString()),
                  tf.constant(NdArrays.vectorOfObjects(names.keySet().toArray(new String[0]))),
                  tf.constant(NdArrays.vectorOfObjects(slices)),
                  types)
              .tensors();
      int i = 0;
      for (String name : names.keySet()) {
        values.put(name, flat(restored.get(i++).asTensor()));
      }
    }
    return values;
  }

  /** The values of a run's variables at a step. */
  public static Map<String, double[]> ofRun(Path run, long step) {
    return read(run.resolve("program"), run.resolve("checkpoints").resolve("step-" + step));
  }

  /** One variable's values; a wrong name fails the test by name. */
  public static double[] get(Map<String, double[]> variables, String name) {
    double[] values = variables.get(name);
    if (values == null) {
      throw new IllegalArgumentException("no variable " + name + " among " + variables.keySet());
    }
    return values;
  }

  /** The name of the first variable whose values differ in any bit. */
  public static Optional<String> firstDifference(
      Map<String, double[]> one, Map<String, double[]> other) {
    return Stream.concat(one.keySet().stream(), other.keySet().stream())
        .sorted()
        .filter(name -> !Arrays.equals(one.get(name), other.get(name)))
        .findFirst();
  }

  /** Norm of the difference over the norm of what is expected, of all named variables together. */
  public static double relativeDifference(
      Map<String, double[]> expected, Map<String, double[]> actual, Collection<String> names) {
    double difference = 0;
    double norm = 0;
    for (String name : names) {
      double[] one = get(expected, name);
      double[] other = get(actual, name);
      for (int i = 0; i < one.length; i++) {
        difference += Math.pow(other[i] - one[i], 2);
        norm += Math.pow(one[i], 2);
      }
    }
    if (norm == 0) {
      throw new IllegalArgumentException("nothing but zeros in " + names);
    }
    return Math.sqrt(difference / norm);
  }

  private static DataType type(NodeDef node) {
    return node.getAttrOrThrow("dtype").getType();
  }

  private static double[] flat(TType tensor) {
    if (tensor instanceof TInt64 integers) {
      return new double[] {integers.getLong()};
    }
    float[] floats = new float[(int) tensor.shape().size()];
    tensor.asRawTensor().data().asFloats().read(floats);
    double[] values = new double[floats.length];
    Arrays.setAll(values, i -> floats[i]);
    return values;
  }
}
