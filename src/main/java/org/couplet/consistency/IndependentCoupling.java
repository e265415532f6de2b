package org.couplet.consistency;

import org.tensorflow.op.Ops;

/** IC: data and noise as they were drawn. */
public record IndependentCoupling() implements Coupling {
  @Override
  public Pair pair(Ops tf, Inputs inputs) {
    return inputs.between(tf, inputs.x(), inputs.z()); // equation (6)
  }

  @Override
  public double forwardPasses(double mu) {
    return 0;
  }
}
