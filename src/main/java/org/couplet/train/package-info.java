/**
 * The driver: a short loop that feeds batches and numbers to a training program. Everything else -
 * checkpoints, logs, sample grids, the watch for divergence - is a listener to its steps.
 */
@NullMarked
package org.couplet.train;

import org.jspecify.annotations.NullMarked;
