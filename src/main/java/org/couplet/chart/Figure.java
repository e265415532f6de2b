package org.couplet.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.couplet.io.AtomicFile;
import org.couplet.report.SampleGrid;

/**
 * Panels side by side, as PNG and as SVG. It needs no display. On a machine without a font (on
 * Linux, fontconfig and one font without serifs) the PNG has no text; the SVG always has. The same
 * panels give the same picture.
 */
public final class Figure {
  /** A panel's width: 600 in SVG, twice as many pixels in PNG. */
  static final int WIDTH = 600;

  /** A panel's height: 450 in SVG, twice as many pixels in PNG. */
  static final int HEIGHT = 450;

  private static final int SHARPNESS = 2;

  private Figure() {}

  /**
   * Writes {@code base.png} and {@code base.svg}; each appears whole.
   *
   * @param base where, without the ending
   * @param panels at least one, row by row
   * @param columns panels in a row, at least 1
   */
  public static void write(Path base, List<Panel> panels, int columns) throws IOException {
    SampleGrid.writePng(png(panels, columns), base.resolveSibling(base.getFileName() + ".png"));
    AtomicFile.write(base.resolveSibling(base.getFileName() + ".svg"), svg(panels, columns));
  }

  /**
   * One panel as a small picture.
   *
   * @param width in pixels
   * @param height in pixels
   */
  public static BufferedImage picture(Panel panel, int width, int height) {
    Rectangle2D bounds = new Rectangle2D.Double(0, 0, width, height);
    return pixels(width, height, 1, canvas -> panel.draw(canvas, bounds));
  }

  static BufferedImage png(List<? extends Panel> panels, int columns) {
    int width = width(panels, columns);
    int height = height(panels, columns);
    return pixels(width, height, SHARPNESS, canvas -> draw(canvas, panels, columns));
  }

  // On white, with so many pixels in a unit of length.
  private static BufferedImage pixels(
      int width, int height, int sharpness, Consumer<Canvas> drawing) {
    BufferedImage picture =
        new BufferedImage(width * sharpness, height * sharpness, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    try {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
      graphics.scale(sharpness, sharpness);
      drawing.accept(new PixelCanvas(graphics));
    } finally {
      graphics.dispose();
    }
    return picture;
  }

  static String svg(List<? extends Panel> panels, int columns) {
    SvgCanvas canvas = new SvgCanvas();
    draw(canvas, panels, columns);
    return canvas.document(width(panels, columns), height(panels, columns));
  }

  private static void draw(Canvas canvas, List<? extends Panel> panels, int columns) {
    for (int i = 0; i < panels.size(); i++) {
      int left = WIDTH * (i % columns);
      int top = HEIGHT * (i / columns);
      panels.get(i).draw(canvas, new Rectangle2D.Double(left, top, WIDTH, HEIGHT));
    }
  }

  private static int width(List<? extends Panel> panels, int columns) {
    if (panels.isEmpty() || columns < 1) {
      throw new IllegalArgumentException(panels.size() + " panels in " + columns + " columns");
    }
    return WIDTH * Math.min(columns, panels.size());
  }

  private static int height(List<? extends Panel> panels, int columns) {
    return HEIGHT * ((panels.size() + columns - 1) / columns);
  }
}
