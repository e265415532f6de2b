/**
 * Images and points, on disk, drawn or in memory, as batches of tensors. It uses the
 * configuration's messages and {@code image} for sources that are read as they are measured.
 */
@NullMarked
package org.couplet.data;

import org.jspecify.annotations.NullMarked;
