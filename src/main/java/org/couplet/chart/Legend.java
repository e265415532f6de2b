package org.couplet.chart;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;

/** Names with their colours below a chart, in as many centred rows as they need, up to eight. */
record Legend(List<List<Entry>> rows) {
  /** Width of what stands before a name. */
  static final double SAMPLE = 30;

  private static final Canvas.Lettering LETTERS = new Canvas.Lettering(12, false);
  private static final double ROW = 18;
  private static final int MOST_ROWS = 8;
  private static final double SPACE = 6;
  private static final double BETWEEN = 18;

  /** Draws a piece of a curve or cloud, {@link #SAMPLE} wide, about a height. */
  @FunctionalInterface
  interface Sample {
    void draw(Canvas canvas, double x, double y);
  }

  /** A name and what it stands for. */
  record Entry(String name, Sample sample) {
    double width() {
      return SAMPLE + SPACE + LETTERS.width(name);
    }
  }

  /** Breaks entries into rows; a name too wide for a row is cut short. */
  static Legend of(List<Entry> entries, double width) {
    List<List<Entry>> rows = new ArrayList<>();
    double used = width;
    for (Entry whole : entries) {
      String name = Frame.cut(whole.name(), LETTERS, width - SAMPLE - SPACE);
      Entry entry = new Entry(name, whole.sample());
      if (rows.isEmpty() || used + BETWEEN + entry.width() > width) {
        rows.add(new ArrayList<>());
        used = -BETWEEN;
      }
      rows.get(rows.size() - 1).add(entry);
      used += BETWEEN + entry.width();
    }
    return new Legend(shortened(rows, entries.size()));
  }

  // The chart itself needs room too: the last row then only counts what is missing.
  private static List<List<Entry>> shortened(List<List<Entry>> rows, int all) {
    if (rows.size() <= MOST_ROWS) {
      return rows;
    }
    List<List<Entry>> kept = new ArrayList<>(rows.subList(0, MOST_ROWS - 1));
    int missing = all - kept.stream().mapToInt(List::size).sum();
    kept.add(List.of(new Entry("and " + missing + " more", (canvas, x, y) -> {})));
    return kept;
  }

  double height() {
    return rows.size() * ROW;
  }

  /** Draws the rows about a middle, downwards from a top. */
  void draw(Canvas canvas, double middle, double top) {
    double y = top + ROW / 2;
    for (List<Entry> row : rows) {
      double width = row.stream().mapToDouble(Entry::width).sum() + BETWEEN * (row.size() - 1);
      double x = middle - width / 2;
      for (Entry entry : row) {
        entry.sample().draw(canvas, x, y);
        double start = x + SAMPLE + SPACE;
        double baseline = y + Frame.HALF_LETTER * LETTERS.size();
        canvas.text(
            entry.name(), start, baseline, Canvas.Anchor.START, false, LETTERS, Color.BLACK);
        x += entry.width() + BETWEEN;
      }
      y += ROW;
    }
  }
}
