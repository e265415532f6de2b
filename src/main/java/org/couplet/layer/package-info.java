/**
 * Neural layers as graphs: convolutions with gradients that are right on every processor, norms,
 * activations, dropout. It is built on {@code graph} and used by networks.
 */
@NullMarked
package org.couplet.layer;

import org.jspecify.annotations.NullMarked;
