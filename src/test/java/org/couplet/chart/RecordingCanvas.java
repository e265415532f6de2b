package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Remembers what is drawn, for tests that ask where. */
final class RecordingCanvas implements Canvas {
  final List<Line> lines = new ArrayList<>();
  final List<Area> areas = new ArrayList<>();
  final List<Text> texts = new ArrayList<>();
  final List<Rectangle2D> clips = new ArrayList<>();

  record Line(Shape path, Color colour, BasicStroke stroke) {}

  record Area(Shape shape, Color colour) {}

  record Text(String text, double x, double y, Anchor anchor, Lettering lettering) {}

  /** A panel as a figure of one would draw it. */
  static RecordingCanvas of(Panel panel) {
    RecordingCanvas canvas = new RecordingCanvas();
    panel.draw(canvas, new Rectangle2D.Double(0, 0, Figure.WIDTH, Figure.HEIGHT));
    return canvas;
  }

  /** Where the data are. */
  Rectangle2D plot() {
    return clips.get(0);
  }

  /** The long lines in a colour: curves, not their samples in the legend. */
  List<Path2D> curves(Color colour) {
    return lines.stream()
        .filter(line -> line.colour().equals(colour) && line.path() instanceof Path2D)
        .map(line -> (Path2D) line.path())
        .toList();
  }

  List<String> words() {
    return texts.stream().map(Text::text).toList();
  }

  Text text(String words) {
    return texts.stream().filter(text -> text.text().equals(words)).findFirst().orElseThrow();
  }

  /** A path's corners, one list for each of its pieces. */
  static List<List<Point2D>> pieces(Shape path) {
    List<List<Point2D>> pieces = new ArrayList<>();
    double[] at = new double[6];
    for (PathIterator parts = path.getPathIterator(null); !parts.isDone(); parts.next()) {
      int type = parts.currentSegment(at);
      if (type == PathIterator.SEG_MOVETO) {
        pieces.add(new ArrayList<>());
      }
      if (type != PathIterator.SEG_CLOSE) {
        pieces.get(pieces.size() - 1).add(new Point2D.Double(at[0], at[1]));
      }
    }
    return pieces;
  }

  @Override
  public void stroke(Shape path, Color colour, BasicStroke stroke) {
    lines.add(new Line(path, colour, stroke));
  }

  @Override
  public void fill(Shape shape, Color colour) {
    areas.add(new Area(shape, colour));
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
    texts.add(new Text(text, x, y, anchor, lettering));
  }

  @Override
  public void within(Rectangle2D area, Runnable drawing) {
    clips.add(area);
    drawing.run();
  }
}
