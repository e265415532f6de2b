package org.couplet.inspection;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;

/**
 * The kernels that a program's signatures call.
 *
 * <pre>
 * ProgramKernels kernels = ProgramKernels.of(metaGraph, List.of("train"), 64);
 * kernels.calls().forEach(call -&gt; System.out.println(call.describe()));
 * </pre>
 *
 * @param calls distinct, in order of appearance
 * @param compiled how many nodes are left out because XLA compiles them: it has kernels of its own
 * @param unchecked how many nodes are left out because a shape is unknown before the run, or
 *     because the layout is not NHWC
 * @param example the name of the first of the unchecked nodes, after that of its function
 */
public record ProgramKernels(
    List<KernelCall> calls, int compiled, int unchecked, Optional<String> example) {
  /** Copies the list. */
  public ProgramKernels {
    calls = List.copyOf(calls);
  }

  /**
   * Finds the kernels of some signatures. Nothing is run, and no variables are needed.
   *
   * @param graph of a SavedModel
   * @param signatures names of its signatures
   * @param rows first size of the inputs whose first size is unknown
   */
  public static ProgramKernels of(MetaGraphDef graph, List<String> signatures, long rows) {
    return of(graph, signatures, rows, call -> {});
  }

  /**
   * The same, for a caller who does not want to wait for the last.
   *
   * @param each takes each distinct call as it is found
   */
  public static ProgramKernels of(
      MetaGraphDef graph, List<String> signatures, long rows, Consumer<KernelCall> each) {
    try (ProgramWalk walk = new ProgramWalk(graph.getGraphDef(), false, each)) {
      for (String name : signatures) {
        walk.run(signature(graph, name), rows);
      }
      return walk.found();
    }
  }

  private static SignatureDef signature(MetaGraphDef graph, String name) {
    SignatureDef definition = graph.getSignatureDefMap().get(name);
    if (definition == null) {
      throw new InvalidInputException(
          "the program has no signature "
              + name
              + "; it has "
              + String.join(", ", graph.getSignatureDefMap().keySet().stream().sorted().toList()));
    }
    return definition;
  }
}
