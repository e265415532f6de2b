package org.couplet.chart;

import java.awt.geom.Rectangle2D;

/** One chart of a {@link Figure}. */
public sealed interface Panel permits LineChart, CloudChart {
  /**
   * Draws the chart.
   *
   * @param bounds where, on a white ground; nothing is drawn outside
   */
  void draw(Canvas canvas, Rectangle2D bounds);
}
