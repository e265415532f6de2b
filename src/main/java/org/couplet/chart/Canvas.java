package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.Rectangle2D;

/**
 * What a panel is drawn on: pixels or SVG. Lengths are in units of a 96th of an inch, y downwards.
 */
public interface Canvas {
  /** Which part of a text stands at the given place. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** Size and weight of a text's letters, in the system's font without serifs. */
  record Lettering(double size, boolean bold) {
    /** The font, for Java's own drawing. */
    Font font() {
      return new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) size);
    }

    /** How wide a text is. */
    double width(String text) {
      return font().getStringBounds(text, new FontRenderContext(null, true, true)).getWidth();
    }
  }

  /** Draws a line along a path. */
  void stroke(Shape path, Color colour, BasicStroke stroke);

  /** Fills a shape. */
  void fill(Shape shape, Color colour);

  /**
   * Writes a text.
   *
   * @param x where its anchor is
   * @param y its baseline
   * @param upwards whether it runs from bottom to top, turned about its anchor
   */
  void text(
      String text,
      double x,
      double y,
      Anchor anchor,
      boolean upwards,
      Lettering lettering,
      Color colour);

  /** Draws with all outside an area cut off. */
  void within(Rectangle2D area, Runnable drawing);
}
