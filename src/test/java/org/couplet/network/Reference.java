package org.couplet.network;

import java.util.Map;
import org.couplet.Npz;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weight;
import org.tensorflow.ndarray.Shape;

/** A reference file's arrays, transposed to this project's layouts. */
public record Reference(Map<String, Npz.Array> arrays) {
  private static final int[][] PERMUTATIONS = {
    {}, {0}, {1, 0}, {}, {2, 3, 1, 0},
  };
  private static final int[] TO_NHWC = {0, 2, 3, 1};

  public static Reference read(String name) {
    return new Reference(Npz.read("reference/" + name + ".npz"));
  }

  /** A vector or a batch of images, NHWC. */
  public Evaluation.Input input(String name) {
    int[] shape = Npz.get(arrays, name).shape();
    Shape ours =
        shape.length == 4 ? Shape.of(shape[0], shape[2], shape[3], shape[1]) : Shape.of(shape[0]);
    return new Evaluation.Input(ours, values(name));
  }

  /** The values of a vector or of a batch of images, NHWC. */
  public float[] values(String name) {
    Npz.Array array = Npz.get(arrays, name);
    return array.shape().length == 4
        ? permuted(array, TO_NHWC)
        : permuted(array, PERMUTATIONS[array.shape().length]);
  }

  /** A weight's values. */
  public Evaluation.Input weight(Weight weight) {
    return new Evaluation.Input(weight.shape(), weightValues("param/", weight.name()));
  }

  /** Values laid out as the weight of that name: HWIO, [in, out]. */
  public float[] weightValues(String prefix, String name) {
    Npz.Array array = Npz.get(arrays, prefix + name.replace('/', '.'));
    return permuted(array, PERMUTATIONS[array.shape().length]);
  }

  private static float[] permuted(Npz.Array array, int[] axes) {
    float[] from = array.floats();
    int rank = axes.length;
    int[] shape = array.shape();
    int[] strides = new int[rank];
    for (int i = rank - 1, stride = 1; i >= 0; stride *= shape[i], i--) {
      strides[i] = stride;
    }
    float[] to = new float[from.length];
    for (int i = 0; i < to.length; i++) {
      int rest = i;
      int source = 0;
      for (int axis = rank - 1; axis >= 0; axis--) {
        source += rest % shape[axes[axis]] * strides[axes[axis]];
        rest /= shape[axes[axis]];
      }
      to[i] = from[source];
    }
    return to;
  }
}
