package org.couplet.consistency;

import org.tensorflow.op.Ops;

/** IC: data and noise as they were drawn. */
public record IndependentCoupling() implements Coupling {
  @Override
  public Ends couple(Ops tf, Inputs inputs) {
    return new Ends(inputs.x(), inputs.z());
  }
}
