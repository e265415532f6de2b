/**
 * Where images come from: folders, archives and arrays, each a sequence of images still to be
 * decoded, with their labels. It uses {@code picture} and {@code npy}.
 */
@NullMarked
package org.couplet.source;

import org.jspecify.annotations.NullMarked;
