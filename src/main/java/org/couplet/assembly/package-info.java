/**
 * Writes SavedModels: an experiment's training program and inference-only export. It puts together
 * what {@code consistency}, {@code optimizer} and {@code network} describe, under the names of
 * {@code program}'s contract.
 */
@NullMarked
package org.couplet.assembly;

import org.jspecify.annotations.NullMarked;
