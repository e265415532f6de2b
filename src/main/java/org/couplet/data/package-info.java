/**
 * Images and points, on disk, drawn or in memory, as batches of tensors, and the importers that
 * turn public image sets into the one file format that training reads. It uses the configuration's
 * messages and knows nothing of networks or of graphs.
 */
@NullMarked
package org.couplet.data;

import org.jspecify.annotations.NullMarked;
