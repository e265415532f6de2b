/**
 * Edits of images with a model that was trained for none of them: what is known of an image stays,
 * the model makes the rest. It uses {@code sampling}, {@code program} and {@code image}.
 */
@NullMarked
package org.couplet.editing;

import org.jspecify.annotations.NullMarked;
