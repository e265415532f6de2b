package org.couplet.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * Clouds of points in the plane on square axes with the same limits: the sample picture of a
 * two-dimensional data set.
 */
public final class ScatterPlot {
  private static final int DOT = 2;
  private static final int MARGIN = 48;
  private static final double RADIUS = 1.5;
  private static final int MOST_TICKS = 8;
  private static final Color GRID = new Color(0xe4e4e4);
  // Grey, blue, orange, green: the first is meant for the data behind the samples.
  private static final int[] PALETTE = {0xa0a0a0, 0x1f77b4, 0xe6770b, 0x2ca02c};

  private final BufferedImage picture;
  private final double low;
  private final double high;

  private ScatterPlot(int size, double low, double high) {
    this.picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    this.low = low;
    this.high = high;
  }

  /**
   * Draws clouds, later ones above earlier ones: grey, blue, orange, green.
   *
   * @param clouds each [n, 2] row-major: x, y; a point off the axes or not finite is left out
   * @param low lower limit of both axes
   * @param high upper limit of both axes, > low
   * @param size height and width of the picture, pixels, at least 160
   */
  public static BufferedImage of(List<float[]> clouds, double low, double high, int size) {
    if (!(low < high && Double.isFinite(high - low))) {
      throw new IllegalArgumentException("no axis from " + low + " to " + high);
    }
    if (size < 160) {
      throw new IllegalArgumentException("a plot needs 160 pixels, not " + size);
    }
    ScatterPlot plot = new ScatterPlot(size, low, high);
    Graphics2D graphics = plot.picture.createGraphics();
    try {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, size, size);
      plot.drawAxes(graphics);
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      for (int i = 0; i < clouds.size(); i++) {
        graphics.setColor(new Color(PALETTE[i % PALETTE.length]));
        plot.drawPoints(graphics, clouds.get(i));
      }
    } finally {
      graphics.dispose();
    }
    return plot.picture;
  }

  private void drawPoints(Graphics2D graphics, float[] points) {
    if (points.length % 2 != 0) {
      throw new IllegalArgumentException(points.length + " numbers are not pairs");
    }
    for (int i = 0; i < points.length; i += 2) {
      if (onAxes(points[i]) && onAxes(points[i + 1])) {
        double x = across(points[i]);
        double y = down(points[i + 1]);
        graphics.fill(new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS));
      }
    }
  }

  private void drawAxes(Graphics2D graphics) {
    int end = picture.getWidth() - MARGIN;
    BigDecimal step = tickStep();
    BigDecimal first = BigDecimal.valueOf(low).divide(step, 0, RoundingMode.CEILING).multiply(step);
    for (BigDecimal tick = first; tick.doubleValue() <= high; tick = tick.add(step)) {
      String label = tick.signum() == 0 ? "0" : tick.stripTrailingZeros().toPlainString();
      int x = (int) Math.round(across(tick.doubleValue()));
      int y = (int) Math.round(down(tick.doubleValue()));
      graphics.setColor(GRID);
      graphics.drawLine(x, MARGIN, x, end);
      graphics.drawLine(MARGIN, y, end, y);
      graphics.setColor(Color.BLACK);
      int width = PixelText.width(label, DOT);
      int height = PixelText.height(DOT);
      PixelText.draw(graphics, label, x - width / 2, end + 3 * DOT, DOT);
      PixelText.draw(graphics, label, MARGIN - 3 * DOT - width, y - height / 2, DOT);
    }
    graphics.setColor(Color.BLACK);
    graphics.drawRect(MARGIN, MARGIN, end - MARGIN, end - MARGIN);
    PixelText.draw(graphics, "x", end + MARGIN / 3, end - PixelText.height(DOT) / 2, DOT);
    PixelText.draw(graphics, "y", MARGIN - DOT, MARGIN / 2, DOT);
  }

  // The least of 1, 2 and 5 times a power of ten that leaves no more ticks than fit.
  private BigDecimal tickStep() {
    double least = (high - low) / MOST_TICKS;
    int exponent = (int) Math.floor(Math.log10(least));
    for (int factor : new int[] {1, 2, 5}) {
      BigDecimal step = BigDecimal.valueOf(factor).scaleByPowerOfTen(exponent);
      if (step.doubleValue() >= least) {
        return step;
      }
    }
    return BigDecimal.ONE.scaleByPowerOfTen(exponent + 1);
  }

  private boolean onAxes(double value) {
    return value >= low && value <= high;
  }

  private double across(double value) {
    return MARGIN + (value - low) / (high - low) * (picture.getWidth() - 2 * MARGIN);
  }

  private double down(double value) {
    return picture.getHeight() - across(value);
  }
}
