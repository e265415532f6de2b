package org.couplet.consistency;

import java.util.Set;
import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Batch-OT (Pooladian et al. 2023; Dou et al. 2024): each data row has a near noise row of its
 * batch. The driver chooses it, from the distances of {@link #costs}.
 *
 * @param parts workers among whose noise rows a data row's is chosen, at least 1
 */
public record BatchTransportCoupling(int parts) implements Coupling {
  @Override
  public Operand<TFloat32> noise(Ops tf, NoiseLaw law, Randomness randomness, Shape shape) {
    if (parts == 1) {
      return law.draw(tf, randomness, shape);
    }
    Shape whole = Shape.of(parts * shape.get(0)).append(shape.tail());
    return law.draw(tf, new Randomness(randomness.seed(), randomness.step()), whole);
  }

  @Override
  public Pair pair(Ops tf, Inputs inputs) {
    Operand<TInt32> noiseAssignment =
        inputs
            .noiseAssignment()
            .orElseThrow(() -> new IllegalArgumentException("batch-OT without its columns"));
    return inputs.between(tf, inputs.x(), tf.gather(inputs.z(), noiseAssignment, tf.constant(0)));
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.NOISE_ASSIGNMENT);
  }

  @Override
  public double forwardPasses(double mu) {
    return 0;
  }

  /**
   * Squared Euclidean distances ||x_i - z_j||^2.
   *
   * @param x [n, element...]; n may be unknown
   * @param z [m, element...]
   * @return [n, m]
   */
  public static Operand<TFloat32> costs(Ops tf, Operand<TFloat32> x, Operand<TFloat32> z) {
    Operand<TInt32> flat = tf.constant(new int[] {-1, (int) x.shape().tail().size()});
    Operand<TFloat32> data = tf.reshape(x, flat);
    Operand<TFloat32> noise = tf.reshape(z, flat);
    Operand<TFloat32> inner =
        tf.linalg.matMul(data, noise, org.tensorflow.op.linalg.MatMul.transposeB(true)); // [n, m]
    Expr<TFloat32> ofData =
        Expr.of(tf, tf.reshape(norms(tf, data), tf.constant(new int[] {-1, 1})));
    return ofData.plus(norms(tf, noise)).minus(Expr.of(tf, inner).times(2));
  }

  private static Operand<TFloat32> norms(Ops tf, Operand<TFloat32> rows) {
    return tf.sum(Expr.of(tf, rows).squared(), tf.constant(1));
  }
}
