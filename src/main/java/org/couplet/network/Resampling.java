package org.couplet.network;

import org.couplet.layer.Conv2d;
import org.couplet.layer.FirFilter;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** What a block does to the size of its image, and with which filter. */
record Resampling(Direction direction, FirFilter filter) {
  enum Direction {
    KEEP,
    DOWN,
    UP
  }

  boolean changesSize() {
    return direction != Direction.KEEP;
  }

  /** x [n, h, w, in], kept, halved or doubled, and then convolved with [k, k, in, out]. */
  <T extends TFloating> Operand<T> convolved(
      Ops tf, Operand<T> x, Operand<TFloat32> kernel, Conv2d conv2d) {
    return direction == Direction.UP
        ? filter.upConvolved(tf, x, kernel, conv2d)
        : conv2d.apply(tf, apply(tf, x), kernel, null);
  }

  /** x [n, h, w, c], kept, halved or doubled. */
  <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x) {
    return switch (direction) {
      case KEEP -> x;
      case DOWN -> filter.down(tf, x);
      case UP -> filter.up(tf, x);
    };
  }
}
