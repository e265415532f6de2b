package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.couplet.chart.Canvas.Anchor;
import org.couplet.chart.Canvas.Lettering;

/**
 * The place where a chart's data stand: between the axes that belong to {@code x} and {@code y}.
 */
record Frame(Rectangle2D plot, Range x, Range y) {
  /** From a text's middle down to its baseline, in letter sizes. */
  static final double HALF_LETTER = 0.36;

  private static final Lettering TITLE = new Lettering(15, true);
  private static final Lettering LABEL = new Lettering(13, false);
  private static final Lettering NUMBER = new Lettering(12, false);
  private static final double EDGE = 10;
  private static final double TITLE_HEIGHT = 26;
  private static final double LABEL_HEIGHT = 20;
  private static final double TICK = 4;
  private static final double GAP = 5;
  private static final double RIGHT = 26;
  // Room for a number on the upright axis, and the least between two on the other.
  private static final double LINE = 38;
  private static final double APART = 14;
  private static final Color GRID = new Color(0xe4e4e4);
  private static final BasicStroke THIN = new BasicStroke(1);

  /** What stands around a chart's data. */
  record Surroundings(String title, String xLabel, String yLabel, List<Legend.Entry> legend) {}

  /**
   * Draws a chart without its data.
   *
   * @param square whether the plot is as high as it is wide
   */
  static Frame draw(
      Canvas canvas, Rectangle2D bounds, Surroundings around, Range x, Range y, boolean square) {
    Legend legend = Legend.of(around.legend(), bounds.getWidth() - 2 * EDGE);
    double top = bounds.getMinY() + EDGE + (around.title().isBlank() ? 0 : TITLE_HEIGHT);
    double below = TICK + GAP + NUMBER.size() + GAP + LABEL_HEIGHT + legend.height() + EDGE;
    double bottom = bounds.getMaxY() - below;
    Ticks yTicks = Ticks.of(y, (int) Math.max(2, (bottom - top) / LINE));
    double left = bounds.getMinX() + EDGE + LABEL_HEIGHT + widest(yTicks) + GAP + TICK;
    Rectangle2D plot = rectangle(left, top, bounds.getMaxX() - RIGHT, bottom);
    if (square) {
      double side = Math.min(plot.getWidth(), plot.getHeight());
      plot.setRect(plot.getCenterX() - side / 2, top, side, side);
    }
    Frame frame = new Frame(plot, x, y);
    Ticks xTicks = square ? yTicks : frame.acrossTicks();
    frame.drawTicks(canvas, xTicks, yTicks);
    frame.drawLabels(canvas, bounds, around, xTicks, yTicks);
    legend.draw(canvas, bounds.getCenterX(), bounds.getMaxY() - EDGE - legend.height());
    return frame;
  }

  /** Where a value of the x axis stands. */
  double across(double value) {
    return plot.getMinX() + x.fraction(value) * plot.getWidth();
  }

  /** Where a value of the y axis stands. */
  double down(double value) {
    return plot.getMaxY() - y.fraction(value) * plot.getHeight();
  }

  /** Says something in the middle of an empty chart. */
  void say(Canvas canvas, String text) {
    Color dark = Color.DARK_GRAY;
    canvas.text(text, plot.getCenterX(), plot.getCenterY(), Anchor.MIDDLE, false, LABEL, dark);
  }

  /** A text, or as much of it as a width holds, with an ellipsis. */
  static String cut(String text, Lettering lettering, double width) {
    if (lettering.width(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && lettering.width(text.substring(0, end) + "…") > width) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end) + "…";
  }

  // As many as leave room between their numbers.
  private Ticks acrossTicks() {
    int most = (int) (plot.getWidth() / 45);
    Ticks ticks = Ticks.of(x, Math.max(2, most));
    while (most > 2 && crowded(ticks)) {
      ticks = Ticks.of(x, --most);
    }
    return ticks;
  }

  private boolean crowded(Ticks ticks) {
    double free = Double.NEGATIVE_INFINITY;
    for (Ticks.Tick tick : ticks.labelled()) {
      double half = NUMBER.width(tick.label()) / 2;
      if (across(tick.value()) - half < free) {
        return true;
      }
      free = across(tick.value()) + half + APART;
    }
    return false;
  }

  private void drawTicks(Canvas canvas, Ticks xTicks, Ticks yTicks) {
    for (Ticks.Tick tick : xTicks.labelled()) {
      double at = across(tick.value());
      line(canvas, GRID, at, plot.getMinY(), at, plot.getMaxY());
    }
    for (Ticks.Tick tick : yTicks.labelled()) {
      double at = down(tick.value());
      line(canvas, GRID, plot.getMinX(), at, plot.getMaxX(), at);
    }
    for (Ticks.Tick tick : xTicks.labelled()) {
      double at = across(tick.value());
      double under = plot.getMaxY() + TICK + GAP + 2 * HALF_LETTER * NUMBER.size();
      line(canvas, Color.BLACK, at, plot.getMaxY(), at, plot.getMaxY() + TICK);
      canvas.text(tick.label(), at, under, Anchor.MIDDLE, false, NUMBER, Color.BLACK);
    }
    for (Ticks.Tick tick : yTicks.labelled()) {
      double at = down(tick.value());
      double beside = plot.getMinX() - TICK - GAP;
      double baseline = at + HALF_LETTER * NUMBER.size();
      line(canvas, Color.BLACK, plot.getMinX() - TICK, at, plot.getMinX(), at);
      canvas.text(tick.label(), beside, baseline, Anchor.END, false, NUMBER, Color.BLACK);
    }
    for (double value : xTicks.minor()) {
      double at = across(value);
      line(canvas, Color.BLACK, at, plot.getMaxY(), at, plot.getMaxY() + TICK / 2);
    }
    for (double value : yTicks.minor()) {
      double at = down(value);
      line(canvas, Color.BLACK, plot.getMinX() - TICK / 2, at, plot.getMinX(), at);
    }
    canvas.stroke(plot, Color.BLACK, THIN);
  }

  private void drawLabels(
      Canvas canvas, Rectangle2D bounds, Surroundings around, Ticks xTicks, Ticks yTicks) {
    double width = bounds.getWidth() - 2 * EDGE;
    double middle = plot.getCenterX();
    double titleBase = plot.getMinY() - TITLE_HEIGHT / 2 + HALF_LETTER * TITLE.size() - 2;
    write(canvas, around.title(), bounds.getCenterX(), titleBase, false, TITLE, width);
    double under = plot.getMaxY() + TICK + GAP + NUMBER.size() + GAP + LABEL.size();
    String xLabel = joined(around.xLabel(), xTicks.factor());
    double room = 2 * Math.min(middle - bounds.getMinX(), bounds.getMaxX() - middle) - 2 * EDGE;
    write(canvas, xLabel, middle, under, false, LABEL, room);
    double beside = plot.getMinX() - TICK - GAP - widest(yTicks) - GAP - LABEL.size() / 4;
    String yLabel = joined(around.yLabel(), yTicks.factor());
    write(canvas, yLabel, beside, plot.getCenterY(), true, LABEL, plot.getHeight());
  }

  // In smaller letters, down to two thirds, if the text needs them.
  private static void write(
      Canvas canvas,
      String text,
      double x,
      double y,
      boolean upwards,
      Lettering wanted,
      double room) {
    if (!text.isBlank()) {
      double shrink = Math.min(1, Math.max(2.0 / 3, room / wanted.width(text)));
      Lettering lettering = new Lettering(wanted.size() * shrink, wanted.bold());
      String cut = cut(text, lettering, room + 1);
      canvas.text(cut, x, y, Anchor.MIDDLE, upwards, lettering, Color.BLACK);
    }
  }

  private static String joined(String label, String factor) {
    return factor.isEmpty() ? label : (label + " (" + factor + ")").strip();
  }

  private static double widest(Ticks ticks) {
    return ticks.labelled().stream()
        .mapToDouble(tick -> NUMBER.width(tick.label()))
        .max()
        .orElse(0);
  }

  private static void line(
      Canvas canvas, Color colour, double x0, double y0, double x1, double y1) {
    canvas.stroke(new Line2D.Double(x0, y0, x1, y1), colour, THIN);
  }

  private static Rectangle2D rectangle(double left, double top, double right, double bottom) {
    return new Rectangle2D.Double(left, top, right - left, bottom - top);
  }
}
