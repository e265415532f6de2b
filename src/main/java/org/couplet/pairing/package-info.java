/**
 * The batches that a training program is fed, with batch-OT's choice of noise, a step or a pool of
 * steps ahead. {@code transport} solves the assignments, {@code train} takes the batches.
 */
@NullMarked
package org.couplet.pairing;

import org.jspecify.annotations.NullMarked;
