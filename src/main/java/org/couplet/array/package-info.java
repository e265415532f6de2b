/**
 * What the axes and the numbers of an array of images mean, decided from its shape, its type and
 * its values. {@code source} reads the arrays.
 */
@NullMarked
package org.couplet.array;

import org.jspecify.annotations.NullMarked;
