package org.couplet.network;

/**
 * How a network's values are computed; which values does not depend on it, but for rounding.
 *
 * @param fused whether XLA compiles the pointwise work of a UNet and of updates, several operations
 *     to one pass
 * @param remat whether a UNet's blocks keep only their inputs for the backward pass
 * @param compiled whether the graph that the network is in is compiled by XLA as a whole
 */
public record Execution(boolean fused, boolean remat, boolean compiled) {
  /** Of plain operations, which any TensorFlow runtime has. */
  public static final Execution PLAIN = new Execution(false, false, false);
}
