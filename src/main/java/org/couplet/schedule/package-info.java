/**
 * The paper's curves from a step to a number: noise levels, their count, mixing factor, learning
 * rate, decay of the moving average. Plain arithmetic in double precision, without TensorFlow; the
 * training driver asks here and feeds the graph.
 */
@NullMarked
package org.couplet.schedule;

import org.jspecify.annotations.NullMarked;
