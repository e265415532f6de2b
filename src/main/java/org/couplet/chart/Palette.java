package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/**
 * Colours that the colour-blind tell apart (Okabe and Ito 2008, "Color universal design"), and the
 * dashes and markers that tell lines apart in print. An index beyond the last starts again.
 */
public final class Palette {
  /** For what stands behind, such as the data under its samples. */
  public static final Color GREY = new Color(0xa0a0a0);

  // Without their yellow, which white paper swallows.
  private static final int[] COLOURS = {
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000
  };
  // As many as have no factor in common with the colours, so that pairs repeat late.
  private static final float[][] DASHES = {{}, {7, 3}, {2, 2.5f}, {8, 3, 2, 3}, {14, 4}};
  private static final float LINE = 1.8f;

  private Palette() {}

  /** The colour of the i-th curve or cloud, from 0. */
  public static Color colour(int i) {
    return new Color(COLOURS[i % COLOURS.length]);
  }

  /** The line of the i-th curve. */
  static BasicStroke line(int i) {
    float[] dashes = DASHES[i % DASHES.length];
    return dashes.length == 0
        ? new BasicStroke(LINE, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND)
        : new BasicStroke(LINE, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes, 0);
  }

  /** The marker of the i-th curve: disc, square, diamond, two triangles. */
  static Shape marker(int i, double x, double y) {
    return switch (i % 5) {
      case 0 -> disc(x, y, 3.6);
      case 1 -> new Rectangle2D.Double(x - 3.3, y - 3.3, 6.6, 6.6);
      case 2 -> polygon(x, y, 4.6, 4, 0);
      case 3 -> polygon(x, y, 4.6, 3, -Math.PI / 2);
      default -> polygon(x, y, 4.6, 3, Math.PI / 2);
    };
  }

  /** A disc about a point. */
  static Shape disc(double x, double y, double radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }

  private static Shape polygon(double x, double y, double radius, int corners, double start) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < corners; i++) {
      double angle = start + 2 * Math.PI * i / corners;
      if (i == 0) {
        path.moveTo(Math.cos(angle), Math.sin(angle));
      } else {
        path.lineTo(Math.cos(angle), Math.sin(angle));
      }
    }
    path.closePath();
    AffineTransform place = AffineTransform.getTranslateInstance(x, y);
    place.scale(radius, radius);
    return path.createTransformedShape(place);
  }
}
