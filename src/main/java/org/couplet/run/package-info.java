/**
 * What a run is, on disk: its folder, lock, history and checkpoints, how one begins, its parents,
 * and the model to sample from. {@code train} drives it.
 */
@NullMarked
package org.couplet.run;

import org.jspecify.annotations.NullMarked;
