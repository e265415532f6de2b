package org.couplet.savedmodel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.contract.Contract;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.train.Restore;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The resource variables of one graph, by name, and the operations that save and restore them. A
 * name's slashes are the graph's scopes.
 */
public final class Variables {
  private record Variable(Output<? extends TType> handle, Class<? extends TType> type) {}

  private final Ops tf;
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  public Variables(Ops tf) {
    this.tf = tf;
  }

  /** Adds a float32 variable. */
  public void addFloat(String name, Shape shape) {
    add(name, TFloat32.class, shape);
  }

  /** Adds an int64 scalar. */
  public void addCounter(String name) {
    add(name, TInt64.class, Shape.scalar());
  }

  // By hand: a sub-scope for each slash would look at every operation of the graph each time.
  private void add(String name, Class<? extends TType> type, Shape shape) {
    OperationBuilder builder = tf.scope().env().opBuilder(VarHandleOp.OP_NAME, name, tf.scope());
    builder.setAttr("dtype", Operands.toDataType(type));
    builder.setAttr("shape", shape);
    builder.setAttr("shared_name", name);
    variables.put(name, new Variable(builder.build().output(0), type));
  }

  /** The value now. */
  public Operand<TFloat32> readFloat(String name) {
    return tf.readVariableOp(variable(name).handle(), TFloat32.class);
  }

  /** The value now. */
  public Operand<TInt64> readCounter(String name) {
    return tf.readVariableOp(variable(name).handle(), TInt64.class);
  }

  /** An operation that gives a variable a value. */
  public Op assign(String name, Operand<? extends TType> value) {
    return tf.assignVariableOp(variable(name).handle(), value);
  }

  /** Adds operations in scope {@code save} that save and restore every variable by its name. */
  public SaverDef addSaver() {
    Ops scope = tf.withSubScope(Contract.SAVE_SCOPE);
    Placeholder<TString> file = file(scope);
    List<String> names = new ArrayList<>(variables.keySet());
    List<Operand<?>> values = new ArrayList<>();
    for (Variable variable : variables.values()) {
      values.add(scope.readVariableOp(variable.handle(), variable.type()));
    }
    Op save =
        scope.train.save(file, strings(scope, names), wholeSlices(scope, names.size()), values);
    Operand<TString> saved =
        scope.withControlDependencies(List.of(save)).withName("saved").identity(file);
    Map<String, String> ownNames = new LinkedHashMap<>();
    names.forEach(name -> ownNames.put(name, name));
    Op restore = addRestore(scope, file, ownNames);
    return SaverDef.newBuilder()
        .setFilenameTensorName(file.op().name() + ":0")
        .setSaveTensorName(saved.op().name() + ":0")
        .setRestoreOpName(restore.op().name())
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }

  /**
   * Adds operations in a scope that give some variables values from another model's checkpoint.
   *
   * @param keys the checkpoint's name of each variable, by the variable's
   */
  public void addImport(String scopeName, Map<String, String> keys) {
    Ops scope = tf.withSubScope(scopeName);
    addRestore(scope, file(scope), keys);
  }

  private Op addRestore(Ops scope, Operand<TString> file, Map<String, String> keys) {
    List<Class<? extends TType>> types = new ArrayList<>();
    keys.keySet().forEach(name -> types.add(variable(name).type()));
    Restore restore =
        scope.train.restore(
            file,
            strings(scope, List.copyOf(keys.values())),
            wholeSlices(scope, keys.size()),
            types);
    List<Op> assignments = new ArrayList<>();
    int i = 0;
    for (String name : keys.keySet()) {
      assignments.add(scope.assignVariableOp(variable(name).handle(), restore.tensors().get(i++)));
    }
    return scope.withControlDependencies(assignments).withName("restore_all").noOp();
  }

  private static Placeholder<TString> file(Ops scope) {
    return scope.withName("filename").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
  }

  private static Operand<TString> wholeSlices(Ops scope, int count) {
    String[] slices = new String[count];
    Arrays.fill(slices, "");
    return scope.constant(NdArrays.vectorOfObjects(slices));
  }

  private static Operand<TString> strings(Ops scope, List<String> values) {
    return scope.constant(NdArrays.vectorOfObjects(values.toArray(new String[0])));
  }

  private Variable variable(String name) {
    Variable variable = variables.get(name);
    if (variable == null) {
      throw new IllegalArgumentException("no variable is named " + name);
    }
    return variable;
  }
}
