package org.couplet.report;

import java.awt.Graphics2D;

/**
 * Numbers and axis names drawn as small squares. Java's own text needs fonts on the machine, which
 * a server often lacks.
 */
final class PixelText {
  private static final int COLUMNS = 3;
  private static final int ROWS = 5;
  private static final String CHARACTERS = "0123456789-.xy";

  // Per character, five rows of three dots, from the top.
  private static final String[] GLYPHS = {
    "####.##.##.####",
    ".#.##..#..#.###",
    "###..#####..###",
    "###..####..####",
    "#.##.####..#..#",
    "####..###..####",
    "####..####.####",
    "###..#..#..#..#",
    "####.#####.####",
    "####.####..####",
    "......###......",
    ".............#.",
    "...#.#.#.#.#...",
    "...#.#.#..#.#..",
  };

  private PixelText() {}

  /** Width of a text, pixels; {@code dot} is the side of a glyph's squares. */
  static int width(String text, int dot) {
    return Math.max(0, text.length() * (COLUMNS + 1) - 1) * dot;
  }

  /** Height of every text, pixels. */
  static int height(int dot) {
    return ROWS * dot;
  }

  /** Draws a text in the current colour with its top left corner at (x, y). */
  static void draw(Graphics2D graphics, String text, int x, int y, int dot) {
    for (int i = 0; i < text.length(); i++) {
      int index = CHARACTERS.indexOf(text.charAt(i));
      if (index < 0) {
        throw new IllegalArgumentException("no glyph for " + text.charAt(i));
      }
      for (int j = 0; j < COLUMNS * ROWS; j++) {
        if (GLYPHS[index].charAt(j) == '#') {
          int column = i * (COLUMNS + 1) + j % COLUMNS;
          graphics.fillRect(x + column * dot, y + j / COLUMNS * dot, dot, dot);
        }
      }
    }
  }
}
