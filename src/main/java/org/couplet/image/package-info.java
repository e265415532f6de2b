/**
 * Images from outside: folders, archives, arrays and pictures as one sequence of decoded pictures,
 * and the importer that writes them as one array. It uses {@code npy}.
 */
@NullMarked
package org.couplet.image;

import org.jspecify.annotations.NullMarked;
