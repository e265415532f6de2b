/**
 * Images from outside as one sequence of decoded pictures, and the importer that writes them as one
 * array. It uses {@code source}, {@code npy} and {@code picture}.
 */
@NullMarked
package org.couplet.image;

import org.jspecify.annotations.NullMarked;
