/**
 * TensorFlow's checkpoints, written and read a tensor at a time without TensorFlow and its memory.
 * {@code program} saves and restores the variables of a session; {@code transfer} uses this for
 * weights that no session has.
 */
@NullMarked
package org.couplet.bundle;

import org.jspecify.annotations.NullMarked;
