package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Writes SVG 1.1. Text stays text; the same drawing gives the same bytes. */
final class SvgCanvas implements Canvas {
  private static final int DECIMALS = 2;

  private final StringBuilder body = new StringBuilder();
  private int clips;

  /** The whole file, with a white ground. */
  String document(double width, double height) {
    String size = "width=\"%s\" height=\"%s\"".formatted(number(width), number(height));
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
        + size
        + " viewBox=\"0 0 %s %s\" font-family=\"sans-serif\">\n"
            .formatted(number(width), number(height))
        + "<rect %s fill=\"#ffffff\"/>\n".formatted(size)
        + body
        + "</svg>\n";
  }

  @Override
  public void stroke(Shape path, Color colour, BasicStroke stroke) {
    String dashes = "";
    if (stroke.getDashArray() != null) {
      StringBuilder lengths = new StringBuilder();
      for (float length : stroke.getDashArray()) {
        lengths.append(lengths.isEmpty() ? "" : ",").append(number(length));
      }
      dashes = " stroke-dasharray=\"" + lengths + "\"";
    }
    String round =
        stroke.getLineJoin() == BasicStroke.JOIN_ROUND ? " stroke-linejoin=\"round\"" : "";
    body.append(
        "<path d=\"%s\" fill=\"none\"%s stroke-width=\"%s\"%s%s/>\n"
            .formatted(
                path(path), paint("stroke", colour), number(stroke.getLineWidth()), round, dashes));
  }

  @Override
  public void fill(Shape shape, Color colour) {
    String paint = paint("fill", colour);
    if (shape instanceof Ellipse2D circle) {
      body.append(
          "<ellipse cx=\"%s\" cy=\"%s\" rx=\"%s\" ry=\"%s\"%s/>\n"
              .formatted(
                  number(circle.getCenterX()),
                  number(circle.getCenterY()),
                  number(circle.getWidth() / 2),
                  number(circle.getHeight() / 2),
                  paint));
    } else {
      body.append("<path d=\"%s\"%s/>\n".formatted(path(shape), paint));
    }
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
    String place = number(x) + " " + number(y);
    String turn = upwards ? " rotate(-90)" : "";
    // Viewers differ in their fonts: anchored, a text stays where it belongs.
    body.append(
        "<text transform=\"translate(%s)%s\" text-anchor=\"%s\" font-size=\"%s\"%s%s>%s</text>\n"
            .formatted(
                place,
                turn,
                anchor.name().toLowerCase(Locale.ROOT),
                number(lettering.size()),
                lettering.bold() ? " font-weight=\"bold\"" : "",
                paint("fill", colour),
                escaped(text)));
  }

  @Override
  public void within(Rectangle2D area, Runnable drawing) {
    String name = "clip" + clips++;
    body.append(
        "<clipPath id=\"%s\"><path d=\"%s\"/></clipPath>\n<g clip-path=\"url(#%s)\">\n"
            .formatted(name, path(area), name));
    drawing.run();
    body.append("</g>\n");
  }

  private static String paint(String property, Color colour) {
    String paint = " %s=\"#%06x\"".formatted(property, colour.getRGB() & 0xffffff);
    return colour.getAlpha() == 255
        ? paint
        : paint + " %s-opacity=\"%s\"".formatted(property, number(colour.getAlpha() / 255.0));
  }

  private static String path(Shape shape) {
    StringBuilder path = new StringBuilder();
    double[] points = new double[6];
    for (PathIterator parts = shape.getPathIterator(null); !parts.isDone(); parts.next()) {
      int type = parts.currentSegment(points);
      path.append("MLQCZ".charAt(type));
      int numbers = new int[] {2, 2, 4, 6, 0}[type];
      for (int i = 0; i < numbers; i++) {
        path.append(i == 0 ? "" : " ").append(number(points[i]));
      }
    }
    return path.toString();
  }

  private static String number(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(DECIMALS, RoundingMode.HALF_EVEN);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  // XML has no way to write most control characters.
  private static String escaped(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cs}\uFFFE\uFFFF]", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }
}
