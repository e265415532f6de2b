package org.couplet.network;

import java.util.List;
import org.couplet.graph.Weight;

/** A piece of a network that owns weights: what lists them is also what applies them. */
interface Layer {
  /** The part's weights, in the order of the checkpoint. */
  List<Weight> weights();
}
