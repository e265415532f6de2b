package org.couplet.inspection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.NodeDef;

/** The nodes of a graph or of a function, by name. */
final class Body {
  /**
   * What an input of a node names: {@code node}, {@code node:index}, {@code node:argument:index} or
   * {@code ^node}.
   *
   * @param node or an argument of the function
   * @param argument one of the node's output arguments, or empty for all of its outputs
   * @param index among these
   * @param control whether only the order of execution depends on it
   */
  record Source(String node, String argument, int index, boolean control) {
    static Source of(String input) {
      if (input.startsWith("^")) {
        return new Source(input.substring(1), "", 0, true);
      }
      int first = input.indexOf(':');
      if (first < 0) {
        return new Source(input, "", 0, false);
      }
      int last = input.lastIndexOf(':');
      return new Source(
          input.substring(0, first),
          first == last ? "" : input.substring(first + 1, last),
          Integer.parseInt(input.substring(last + 1)),
          false);
    }
  }

  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Map<String, List<Source>> sources = new HashMap<>();

  Body(List<NodeDef> nodes) {
    nodes.forEach(node -> this.nodes.put(node.getName(), node));
  }

  @Nullable NodeDef node(String name) {
    return nodes.get(name);
  }

  /** What the inputs of one of these nodes name, in order. */
  List<Source> sources(NodeDef node) {
    return sources.computeIfAbsent(
        node.getName(), unused -> node.getInputList().stream().map(Source::of).toList());
  }

  /** Whether an input closes a loop of the old kind, made of Merge and NextIteration nodes. */
  boolean closesLoop(NodeDef node, Source source) {
    NodeDef before = nodes.get(source.node());
    return node.getOp().endsWith("Merge")
        && before != null
        && before.getOp().endsWith("NextIteration");
  }

  /**
   * The nodes that some nodes need, each after those that it needs.
   *
   * @param roots names of nodes, and perhaps of arguments
   * @param given nodes whose values are given: nothing is needed for them
   */
  List<NodeDef> order(Collection<String> roots, Set<String> given) {
    List<NodeDef> order = new ArrayList<>();
    Set<String> entered = new HashSet<>(given);
    Set<String> left = new HashSet<>(given);
    Deque<String> waiting = new ArrayDeque<>(roots);
    Deque<NodeDef> stack = new ArrayDeque<>();
    while (!waiting.isEmpty()) {
      push(stack, waiting.removeFirst(), entered);
      while (!stack.isEmpty()) {
        NodeDef node = stack.getFirst();
        if (entered.add(node.getName())) {
          List<Source> sources = sources(node);
          for (int i = sources.size() - 1; i >= 0; i--) {
            if (closesLoop(node, sources.get(i))) {
              waiting.add(sources.get(i).node());
            } else {
              push(stack, sources.get(i).node(), entered);
            }
          }
        } else {
          stack.removeFirst();
          if (left.add(node.getName())) {
            order.add(node);
          }
        }
      }
    }
    return order;
  }

  private void push(Deque<NodeDef> stack, String name, Set<String> entered) {
    NodeDef node = nodes.get(name);
    if (node != null && !entered.contains(name)) {
      stack.addFirst(node);
    }
  }
}
