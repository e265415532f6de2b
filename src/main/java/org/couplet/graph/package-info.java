/**
 * The vocabulary graphs are written in: named weights, layers, stateless randomness and functions.
 * Everything here is a pure function from operands to operands; it uses no other package.
 */
@NullMarked
package org.couplet.graph;

import org.jspecify.annotations.NullMarked;
