/**
 * How far generated images are from real ones: statistics of features, and distances between them.
 * The features come from {@code program}, the real images from {@code data}.
 */
@NullMarked
package org.couplet.metric;

import org.jspecify.annotations.NullMarked;
