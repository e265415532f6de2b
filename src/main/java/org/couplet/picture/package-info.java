/**
 * What one picture is: its kind by its first bytes, and its pixels, in memory that stays bounded.
 * It knows nothing of the folders, archives and arrays that hold pictures; those are {@code image}.
 */
@NullMarked
package org.couplet.picture;

import org.jspecify.annotations.NullMarked;
