/**
 * Finds damage in SavedModels and checkpoints before TensorFlow reads them: it would end the
 * process, or run on without a word. {@code program} asks it.
 */
@NullMarked
package org.couplet.damage;

import org.jspecify.annotations.NullMarked;
