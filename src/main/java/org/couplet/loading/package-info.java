/**
 * A SavedModel in a TensorFlow session: loaded, called by its signatures, restored and saved.
 * {@code program} says what Couplet's own are called with.
 */
@NullMarked
package org.couplet.loading;

import org.jspecify.annotations.NullMarked;
