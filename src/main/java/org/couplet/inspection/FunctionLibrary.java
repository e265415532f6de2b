package org.couplet.inspection;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.NodeDef;

/** The functions that a program's nodes call. */
final class FunctionLibrary {
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, String> gradients = new HashMap<>();
  private final Map<String, Body> bodies = new HashMap<>();
  private final Map<String, Boolean> withKernels = new HashMap<>();
  private final Operations operations;
  private final KernelList kernels;

  FunctionLibrary(FunctionDefLibrary library, Operations operations, KernelList kernels) {
    for (FunctionDef function : library.getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
    for (GradientDef gradient : library.getGradientList()) {
      gradients.put(gradient.getFunctionName(), gradient.getGradientFunc());
    }
    this.operations = operations;
    this.kernels = kernels;
  }

  Optional<FunctionDef> function(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  /** The function that computes a function's gradient, where the library has one. */
  Optional<String> gradient(String name) {
    return Optional.ofNullable(gradients.get(name));
  }

  Body body(FunctionDef function) {
    return bodies.computeIfAbsent(
        function.getSignature().getName(), unused -> new Body(function.getNodeDefList()));
  }

  /** The functions that a node calls or passes on. */
  List<String> calledBy(NodeDef node) {
    return functions.containsKey(node.getOp()) ? List.of(node.getOp()) : operations.functions(node);
  }

  /** Whether a node is a kernel or runs functions with kernels. */
  boolean hasKernels(NodeDef node) {
    boolean derives = node.getOp().equals("SymbolicGradient");
    return kernels.isKernel(node)
        || calledBy(node).stream()
            .anyMatch(
                name ->
                    hasKernels(name)
                        || (derives && gradient(name).filter(this::hasKernels).isPresent()));
  }

  /** Whether a function's nodes have kernels. */
  boolean hasKernels(String name) {
    // Until it is known: no, so that functions may call themselves.
    Boolean known = withKernels.putIfAbsent(name, false);
    if (known != null) {
      return known;
    }
    boolean found =
        function(name).stream()
            .flatMap(function -> function.getNodeDefList().stream())
            .anyMatch(this::hasKernels);
    withKernels.put(name, found);
    return found;
  }
}
