/**
 * Charts as PNG and SVG from the same drawing: lines with bands, point clouds, labelled grids. It
 * uses the sample grids of {@code report}.
 */
@NullMarked
package org.couplet.chart;

import org.jspecify.annotations.NullMarked;
