/**
 * Weights that change hands: a run made of the weights of another program, and a run's weights in a
 * file for others. {@code foreign} knows the files, {@code assembly} the program that a run needs.
 */
@NullMarked
package org.couplet.transfer;

import org.jspecify.annotations.NullMarked;
