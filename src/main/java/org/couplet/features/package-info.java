/**
 * Writes feature networks as SavedModels that {@code couplet fid} and studies measure with: a
 * random one, and the published Inception that {@code inception} has read. Graphs and signatures
 * are written as {@code assembly} writes them.
 */
@NullMarked
package org.couplet.features;

import org.jspecify.annotations.NullMarked;
