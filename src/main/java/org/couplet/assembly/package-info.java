/**
 * Turns an experiment into SavedModels: the training program and the inference-only export. It puts
 * together what {@code consistency}, {@code optimizer} and {@code network} describe, under the
 * names of {@code program}'s contract.
 */
@NullMarked
package org.couplet.assembly;

import org.jspecify.annotations.NullMarked;
