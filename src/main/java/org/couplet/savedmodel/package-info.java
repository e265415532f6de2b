/**
 * Writes graphs as SavedModels: their variables with what saves and restores them, their
 * signatures, and the files. {@code assembly} and {@code features} say what is in the graphs.
 */
@NullMarked
package org.couplet.savedmodel;

import org.jspecify.annotations.NullMarked;
