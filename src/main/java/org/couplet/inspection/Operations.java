package org.couplet.inspection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** What the nodes of a program may do: TensorFlow's operations and the program's functions. */
public final class Operations {
  private final Map<String, OpDef> definitions = new HashMap<>();
  private final Map<String, List<String>> functionAttributes = new HashMap<>();

  /** Those of TensorFlow and of a graph's library. */
  public Operations(Iterable<FunctionDef> functions) {
    functions.forEach(
        function -> definitions.put(function.getSignature().getName(), function.getSignature()));
    Registered.OPERATIONS.forEach(op -> definitions.put(op.getName(), op));
  }

  // They stay the same, and reading them takes a tenth of a second the first time.
  private static final class Registered {
    static final List<OpDef> OPERATIONS = TensorFlow.registeredOpList().getOpList();
  }

  OpDef definition(NodeDef node) {
    return find(node)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "node "
                        + node.getName()
                        + ": TensorFlow "
                        + TensorFlow.version()
                        + " has no operation "
                        + node.getOp()
                        + "; rebuild or export the model with this version"));
  }

  /** What a node does, if it is known. */
  public Optional<OpDef> find(NodeDef node) {
    return Optional.ofNullable(definitions.get(node.getOp()));
  }

  /** A node's attribute, its default, or an empty value. */
  public AttrValue attribute(NodeDef node, String name) {
    AttrValue value = node.getAttrMap().get(name);
    if (value != null) {
      return value;
    }
    return definition(node).getAttrList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .map(OpDef.AttrDef::getDefaultValue)
        .orElse(AttrValue.getDefaultInstance());
  }

  /** The functions that a node calls or passes on, in the order of its operation's attributes. */
  List<String> functions(NodeDef node) {
    List<String> attributes =
        functionAttributes.computeIfAbsent(
            node.getOp(),
            unused ->
                definition(node).getAttrList().stream()
                    .filter(attribute -> attribute.getType().contains("func"))
                    .map(OpDef.AttrDef::getName)
                    .toList());
    List<String> names = new ArrayList<>();
    for (String attribute : attributes) {
      AttrValue value = attribute(node, attribute);
      if (value.hasFunc()) {
        names.add(value.getFunc().getName());
      }
      value.getList().getFuncList().forEach(function -> names.add(function.getName()));
    }
    return names;
  }

  /** The types of an argument, which may be a list. */
  List<DataType> types(NodeDef node, OpDef.ArgDef argument) {
    if (!argument.getTypeListAttr().isEmpty()) {
      return attribute(node, argument.getTypeListAttr()).getList().getTypeList();
    }
    DataType type =
        argument.getTypeAttr().isEmpty()
            ? argument.getType()
            : attribute(node, argument.getTypeAttr()).getType();
    return Collections.nCopies(Math.toIntExact(count(node, argument)), type);
  }

  /** How many tensors a node has of an argument. */
  public long count(NodeDef node, OpDef.ArgDef argument) {
    if (!argument.getTypeListAttr().isEmpty()) {
      return attribute(node, argument.getTypeListAttr()).getList().getTypeCount();
    }
    return argument.getNumberAttr().isEmpty()
        ? 1
        : attribute(node, argument.getNumberAttr()).getI();
  }

  /** The types of a node's outputs. */
  List<DataType> outputTypes(NodeDef node) {
    List<DataType> types = new ArrayList<>();
    definition(node).getOutputArgList().forEach(argument -> types.addAll(types(node, argument)));
    return types;
  }

  /** Where an output argument begins among a node's outputs; 0 for a node without such a one. */
  int offset(NodeDef node, String output) {
    int offset = 0;
    for (OpDef.ArgDef argument : definition(node).getOutputArgList()) {
      if (argument.getName().equals(output)) {
        return offset;
      }
      offset += types(node, argument).size();
    }
    return 0;
  }
}
