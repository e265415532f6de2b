package org.couplet.network;

import org.couplet.layer.Conv2d;

/**
 * How a network's values are computed; which values does not depend on it, but for rounding.
 *
 * @param compiled what XLA compiles
 * @param remat whether a UNet's blocks keep only their inputs for the backward pass
 */
public record Execution(Compiled compiled, boolean remat) {
  /** What XLA compiles, named as in a config, with the rest in plain operations. */
  public enum Compiled {
    /** Nothing: any TensorFlow runtime has the operations. */
    OFF,
    /** The pointwise work of a UNet and of updates, several operations to one pass. */
    POINTWISE,
    /**
     * The same; a UNet's convolutions are Winograd's where that is cheaper, their transforms
     * compiled.
     */
    WINOGRAD,
    /** The graph that the network is in, as a whole; within it XLA fuses by itself. */
    STEP
  }

  /** Of plain operations. */
  public static final Execution PLAIN = new Execution(Compiled.OFF, false);

  /** Whether pointwise work is compiled by itself. */
  public boolean fused() {
    return compiled == Compiled.POINTWISE || compiled == Compiled.WINOGRAD;
  }

  Conv2d.Algorithms convolutions() {
    return switch (compiled) {
      case OFF, POINTWISE -> Conv2d.Algorithms.DIRECT;
      case WINOGRAD -> Conv2d.Algorithms.WINOGRAD;
      case STEP -> Conv2d.Algorithms.TENSORFLOW;
    };
  }

  boolean whole() {
    return compiled == Compiled.STEP;
  }
}
