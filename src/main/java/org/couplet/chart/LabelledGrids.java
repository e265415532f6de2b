package org.couplet.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.List;
import org.couplet.report.SampleGrid;

/** Several grids of images below each other, with their names on the left. */
public final class LabelledGrids {
  private static final Canvas.Lettering LETTERS = new Canvas.Lettering(16, false);
  private static final int MARGIN = 10;

  private LabelledGrids() {}

  /**
   * A grid and its name.
   *
   * @param nhwc pixels, [n, h, w, c], 0..255
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn once and only read
  public record Block(String name, byte[] nhwc) {}

  /**
   * The grids, each as {@link SampleGrid} draws it. Row i of one stands at the place of row i of
   * the others: the same noise through several models compares column by column.
   *
   * @param blocks at least one
   * @param h height, pixels
   * @param w width, pixels
   * @param c channels: 1 (grey) or 3 (red, green, blue)
   * @param columns images in a row; 0 for as many as make each grid square
   * @param padding pixels between images and around them
   * @param magnification side of the square that a pixel becomes, or {@link SampleGrid#AUTOMATIC}
   */
  public static BufferedImage of(
      List<Block> blocks, int h, int w, int c, int columns, int padding, int magnification) {
    if (blocks.isEmpty() || h < 1 || w < 1 || c < 1) {
      throw new IllegalArgumentException(
          "no images: blocks %d, h %d, w %d, c %d".formatted(blocks.size(), h, w, c));
    }
    return of(
        blocks.stream()
            .map(
                block -> {
                  int n = block.nhwc().length / (h * w * c);
                  return new Line(
                      block.name(),
                      SampleGrid.of(block.nhwc(), n, h, w, c, columns, padding, magnification));
                })
            .toList());
  }

  /** A picture and its name. */
  public record Line(String name, BufferedImage picture) {}

  /**
   * Pictures below each other, with their names on the left.
   *
   * @param lines at least one
   */
  public static BufferedImage of(List<Line> lines) {
    Rectangle extent = new Rectangle(0, MARGIN);
    double names = 0;
    for (Line line : lines) {
      names = Math.max(names, LETTERS.width(line.name()));
      extent.setSize(
          Math.max(extent.width, line.picture().getWidth()),
          extent.height + line.picture().getHeight() + MARGIN);
    }
    int left = (int) Math.ceil(names) + 2 * MARGIN;
    BufferedImage picture =
        new BufferedImage(left + extent.width + MARGIN, extent.height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    try {
      draw(graphics, picture, lines, left);
    } finally {
      graphics.dispose();
    }
    return picture;
  }

  private static void draw(Graphics2D graphics, BufferedImage picture, List<Line> lines, int left) {
    Canvas canvas = new PixelCanvas(graphics);
    canvas.fill(new Rectangle(picture.getWidth(), picture.getHeight()), Color.WHITE);
    int top = MARGIN;
    for (Line line : lines) {
      int height = line.picture().getHeight();
      double baseline = top + height / 2.0 + Frame.HALF_LETTER * LETTERS.size();
      canvas.text(
          line.name(), left - MARGIN, baseline, Canvas.Anchor.END, false, LETTERS, Color.BLACK);
      graphics.drawImage(line.picture(), left, top, null);
      top += height + MARGIN;
    }
  }
}
