/**
 * Zips, tars and compressed files as streams whose checksums are checked. It knows nothing of what
 * they hold: that is {@code source}'s and {@code npy}'s.
 */
@NullMarked
package org.couplet.archive;

import org.jspecify.annotations.NullMarked;
