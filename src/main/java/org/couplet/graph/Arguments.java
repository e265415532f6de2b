package org.couplet.graph;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** Takes a list of operands, such as a function's arguments, one after another in their order. */
public final class Arguments {
  private final List<? extends Operand<?>> all;
  private int taken;

  /** From the first one on. */
  public Arguments(List<? extends Operand<?>> all) {
    this.all = all;
  }

  /** The next one, which must be of the given type. */
  public <T extends TType> Operand<T> next(Class<T> type) {
    return all.get(taken++).asOutput().expect(type);
  }

  /** The next one as float32. */
  public Operand<TFloat32> next() {
    return next(TFloat32.class);
  }

  /** The next {@code count}, which must be float32. */
  public List<Operand<TFloat32>> next(int count) {
    List<Operand<TFloat32>> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(next());
    }
    return list;
  }

  /** All that are left, which must be float32. */
  public List<Operand<TFloat32>> rest() {
    return next(all.size() - taken);
  }
}
