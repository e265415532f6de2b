package org.couplet.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.couplet.assembly.Pixels;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.graph.Initializer;
import org.couplet.graph.Randomness;
import org.couplet.layer.Layers;
import org.couplet.savedmodel.SavedModelFile;
import org.couplet.savedmodel.Signatures;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Builds a feature network that needs neither training nor a download: random convolutions that are
 * the same everywhere. A feature is a channel's mean or standard deviation over the image after one
 * of three stages, which measures texture, or the image's own colour in a cell of a grid, which
 * measures layout. A stage is a convolution by filters blind to constants, ReLU and log(1 + x), so
 * that contrasts count by their ratio; the next stage sees half the resolution.
 */
public final class RandomFeaturesAssembly {
  /** Name of this network; another network gets another. */
  public static final String NAME = "random1";

  private static final long SEED = 0x636f75706c6574L;
  private static final int COLOURS = 3;
  private static final int[] CHANNELS = {32, 64, 64};
  private static final int GRID = 4;
  // Contrasts well below 4 of 255 grey levels count by their size.
  private static final float GAIN = 127.5f / 4;
  // Keeps the root of an even channel's variance away from rounding.
  private static final float LEAST_VARIANCE = 1e-6f;

  private RandomFeaturesAssembly() {}

  /**
   * Writes the network: uint8 images [n, height, width, 1 or 3] of at least 8 x 8 to float32
   * features [n, 368]. Grey stands for equal red, green and blue.
   *
   * @param folder must not exist yet
   */
  public static void write(Path folder) throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> images =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, -1, -1)));
      Signatures signatures = new Signatures();
      signatures.add(
          Signature.FEATURES,
          Map.of(Contract.IMAGES, images),
          Map.of(Contract.FEATURES, features(tf, Pixels.colour(tf, Pixels.toModel(tf, images)))));
      SavedModelFile.write(folder, Contract.SERVE_TAG, graph, signatures);
    }
  }

  private static Operand<TFloat32> features(Ops tf, Operand<TFloat32> images) {
    Randomness randomness = new Randomness(tf.constant(SEED), tf.constant(0L));
    List<Operand<TFloat32>> parts = new ArrayList<>();
    parts.add(grid(tf, images));
    Operand<TFloat32> x = tf.math.mul(images, tf.constant(GAIN));
    int width = COLOURS;
    for (int stage = 0; stage < CHANNELS.length; stage++) {
      Operand<TFloat32> filter = filter(tf, width, CHANNELS[stage], randomness, stage);
      x = tf.math.log1p(tf.nn.relu(convolve(tf, x, filter)));
      addStatistics(tf, x, parts);
      List<Long> two = List.of(1L, 2L, 2L, 1L);
      x = tf.nn.avgPool(x, two, two, "SAME");
      width = CHANNELS[stage];
    }
    return tf.concat(parts, tf.constant(1));
  }

  // Normal values (He et al. 2015) less their mean over the window, so that only contrast counts.
  private static Operand<TFloat32> filter(
      Ops tf, int in, int out, Randomness randomness, int site) {
    Initializer he = new Initializer.Normal(Math.sqrt(2.0 / (9 * in)));
    Operand<TFloat32> values = he.values(tf, Shape.of(3, 3, in, out), randomness, site);
    Operand<TInt32> window = tf.constant(new int[] {0, 1});
    return tf.math.sub(values, tf.math.mean(values, window, Mean.keepDims(true)));
  }

  // The image goes on beyond its edge: zeros there would be contrast.
  private static Operand<TFloat32> convolve(Ops tf, Operand<TFloat32> x, Operand<TFloat32> filter) {
    int[][] one = {{0, 0}, {1, 1}, {1, 1}, {0, 0}};
    return Layers.conv2d(tf, tf.mirrorPad(x, tf.constant(one), "SYMMETRIC"), filter, 0);
  }

  // Mean and standard deviation over the image: [n, c] each.
  private static void addStatistics(
      Ops tf, Operand<TFloat32> x, List<Operand<TFloat32>> statistics) {
    Operand<TInt32> space = tf.constant(new int[] {1, 2});
    Operand<TFloat32> mean = tf.math.mean(x, space);
    Operand<TFloat32> centre = tf.expandDims(tf.expandDims(mean, tf.constant(1)), tf.constant(1));
    Operand<TFloat32> variance = tf.math.mean(tf.math.squaredDifference(x, centre), space);
    statistics.add(mean);
    statistics.add(tf.math.sqrt(tf.math.add(variance, tf.constant(LEAST_VARIANCE))));
  }

  // Mean colours in the cells of a grid, whatever the image's size.
  private static Operand<TFloat32> grid(Ops tf, Operand<TFloat32> images) {
    Operand<TFloat32> cells = tf.image.resizeArea(images, tf.constant(new int[] {GRID, GRID}));
    return tf.reshape(cells, tf.constant(new long[] {-1, (long) GRID * GRID * COLOURS}));
  }
}
