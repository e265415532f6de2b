/**
 * The vocabulary graphs are written in: named weights, formulas, stateless randomness, functions
 * with gradients of their own, micro-batches. Pure functions from operands to operands; it uses no
 * other package.
 */
@NullMarked
package org.couplet.graph;

import org.jspecify.annotations.NullMarked;
