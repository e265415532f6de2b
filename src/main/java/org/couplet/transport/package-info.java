/**
 * Optimal transport between the rows of two batches, given as a matrix of costs: the exact
 * assignment, and the entropy-regularised plan. Plain arithmetic in double precision, without
 * TensorFlow; the training driver computes the costs in its graph and asks here for the pairs.
 */
@NullMarked
package org.couplet.transport;

import org.jspecify.annotations.NullMarked;
