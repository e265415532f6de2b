package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;

/** Draws with Java's own graphics; on a machine without fonts, all but the text. */
final class PixelCanvas implements Canvas {
  private final Graphics2D graphics;

  PixelCanvas(Graphics2D graphics) {
    this.graphics = graphics;
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
  }

  @Override
  public void stroke(Shape path, Color colour, BasicStroke stroke) {
    graphics.setColor(colour);
    graphics.setStroke(stroke);
    graphics.draw(path);
  }

  @Override
  public void fill(Shape shape, Color colour) {
    graphics.setColor(colour);
    graphics.fill(shape);
  }

  @Override
  public void text(
      String text,
      double x,
      double y,
      Anchor anchor,
      boolean upwards,
      Lettering lettering,
      Color colour) {
    if (!Lettering.canBeDrawn()) {
      return;
    }
    AffineTransform before = graphics.getTransform();
    graphics.translate(x, y);
    if (upwards) {
      graphics.rotate(-Math.PI / 2);
    }
    graphics.setColor(colour);
    graphics.setFont(lettering.font());
    double shift =
        switch (anchor) {
          case START -> 0;
          case MIDDLE -> lettering.width(text) / 2;
          case END -> lettering.width(text);
        };
    graphics.drawString(text, (float) -shift, 0);
    graphics.setTransform(before);
  }

  @Override
  public void within(Rectangle2D area, Runnable drawing) {
    Shape before = graphics.getClip();
    graphics.clip(area);
    drawing.run();
    graphics.setClip(before);
  }
}
