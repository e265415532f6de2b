package org.couplet.network;

/**
 * How a network's values are computed; which values does not depend on it, but for rounding.
 *
 * @param fused whether XLA compiles the pointwise work of a UNet, several operations to one pass
 */
public record Execution(boolean fused) {
  /** Of plain operations, which any TensorFlow runtime has. */
  public static final Execution PLAIN = new Execution(false);
}
