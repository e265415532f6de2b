/**
 * Updates of weights, their slots and their moving averages, as pure graph functions: old values
 * and gradients in, new values out, with the rates as operands. {@code assembly} calls them for
 * each weight of {@code network} and stores what they return.
 */
@NullMarked
package org.couplet.optimizer;

import org.jspecify.annotations.NullMarked;
