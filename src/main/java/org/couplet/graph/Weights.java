package org.couplet.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** The values that a network is applied to, by name: the weights in training, or their average. */
public final class Weights {
  private final Map<String, Operand<TFloat32>> values;

  /**
   * @param values float32 operands by weight name; their order is kept
   */
  public Weights(Map<String, Operand<TFloat32>> values) {
    this.values = new LinkedHashMap<>(values);
  }

  /**
   * Pairs weights with operands of the same order.
   *
   * @param weights n descriptions
   * @param operands n operands
   */
  public static Weights of(List<Weight> weights, List<? extends Operand<TFloat32>> operands) {
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    for (int i = 0; i < weights.size(); i++) {
      values.put(weights.get(i).name(), operands.get(i));
    }
    return new Weights(values);
  }

  /** All operands, in order. */
  public List<Operand<TFloat32>> operands() {
    return List.copyOf(values.values());
  }

  /** Other operands under the same names, in the same order. */
  public Weights with(List<? extends Operand<?>> operands) {
    Map<String, Operand<TFloat32>> others = new LinkedHashMap<>();
    int i = 0;
    for (String name : values.keySet()) {
      others.put(name, operands.get(i++).asOutput().expect(TFloat32.class));
    }
    return new Weights(others);
  }

  /** The operand of a name; an unknown name is a fault of the network. */
  public Operand<TFloat32> get(String name) {
    Operand<TFloat32> value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no weight is named " + name);
    }
    return value;
  }
}
