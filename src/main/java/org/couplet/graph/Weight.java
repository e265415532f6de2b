package org.couplet.graph;

import org.tensorflow.ndarray.Shape;

/**
 * One named array of a network.
 *
 * @param name the path that names it in the graph, the checkpoint and the export, e.g. {@code
 *     enc/32x32_block0/conv0/weight}
 * @param shape static; convolutions are [height, width, in, out], linear maps [in, out]
 * @param initializer its values before training
 * @param trainable false for values that are drawn once and kept
 */
public record Weight(String name, Shape shape, Initializer initializer, boolean trainable) {
  /** A trainable weight. */
  public Weight(String name, Shape shape, Initializer initializer) {
    this(name, shape, initializer, true);
  }
}
