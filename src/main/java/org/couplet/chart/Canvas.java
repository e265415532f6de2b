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
    private static final boolean FONTS = anyFont();
    // A letter's mean width, as a share of its size.
    private static final double LETTER = 0.6;

    /** Whether the machine has a font; a server may have none. */
    static boolean canBeDrawn() {
      return FONTS;
    }

    /** The font, for Java's own drawing. */
    Font font() {
      return new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) size);
    }

    /** How wide a text is; about so if the machine has no font. */
    double width(String text) {
      return FONTS ? measured(text) : LETTER * size * text.length();
    }

    private double measured(String text) {
      return font().getStringBounds(text, new FontRenderContext(null, true, true)).getWidth();
    }

    // Java says it with errors: an internal one without fonts, a linkage one without FreeType.
    private static boolean anyFont() {
      try {
        return new Lettering(1, false).measured("0") > 0;
      } catch (InternalError | LinkageError e) {
        return false;
      }
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
