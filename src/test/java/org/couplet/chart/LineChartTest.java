package org.couplet.chart;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.couplet.chart.LineChart.Curve;
import org.junit.jupiter.api.Test;

class LineChartTest {
  private static final double NAN = Double.NaN;
  private static final Color BLUE = new Color(0x0072b2);

  private static LineChart linear(Curve... curves) {
    return new LineChart("title", Axis.linear("x"), Axis.linear("y"), List.of(curves));
  }

  private static LineChart logarithmic(Curve... curves) {
    return new LineChart("title", Axis.logarithmic("x"), Axis.logarithmic("y"), List.of(curves));
  }

  private static double[] of(double... values) {
    return values;
  }

  // The pixel of a place in the panel.
  private static int rgb(BufferedImage picture, double x, double y) {
    return picture.getRGB((int) (2 * x), (int) (2 * y)) & 0xffffff;
  }

  private static Point2D between(Point2D a, Point2D b) {
    return new Point2D.Double((a.getX() + b.getX()) / 2, (a.getY() + b.getY()) / 2);
  }

  @Test
  void aLineRunsFromPointToPoint() {
    LineChart chart = linear(new Curve("a", of(0, 5, 10), of(1, 3, 5)));
    RecordingCanvas canvas = RecordingCanvas.of(chart);
    List<Point2D> points = RecordingCanvas.pieces(canvas.curves(BLUE).get(0)).get(0);
    Rectangle2D plot = canvas.plot();
    // A margin of 4 % of the data on each side: 1.08 times the data in all.
    assertEquals(plot.getMinX() + plot.getWidth() * 0.04 / 1.08, points.get(0).getX(), 1e-9);
    assertEquals(plot.getMaxY() - plot.getHeight() * 0.04 / 1.08, points.get(0).getY(), 1e-9);
    assertEquals(0, points.get(1).distance(plot.getCenterX(), plot.getCenterY()), 1e-9);
    BufferedImage picture = Figure.png(List.of(chart), 1);
    Point2D quarter = between(points.get(0), points.get(1));
    assertEquals(0x0072b2, rgb(picture, quarter.getX(), quarter.getY()));
    assertEquals(0xffffff, rgb(picture, quarter.getX(), quarter.getY() - 20));
  }

  @Test
  void equalRatiosAreEquallyFarApartOnALogarithmicAxis() {
    LineChart chart = logarithmic(new Curve("a", of(0.01, 1, 100), of(1e-6, 1e-5, 1e-4)));
    RecordingCanvas canvas = RecordingCanvas.of(chart);
    List<Point2D> points = RecordingCanvas.pieces(canvas.curves(BLUE).get(0)).get(0);
    assertEquals(0, between(points.get(0), points.get(2)).distance(points.get(1)), 1e-9);
  }

  @Test
  void whatHasNoPlaceIsAGap() {
    double[] x = of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (double gap : of(NAN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -1)) {
      double[] y = of(1, 2, gap, 2, 3, 4, 5, 6, 7);
      Shape line = RecordingCanvas.of(logarithmic(new Curve("a", x, y))).curves(BLUE).get(0);
      List<List<Point2D>> pieces = RecordingCanvas.pieces(line);
      assertEquals(List.of(2, 6), pieces.stream().map(List::size).toList(), () -> gap + "");
    }
  }

  @Test
  void theGapIsWhiteInThePicture() {
    LineChart chart = linear(new Curve("a", of(0, 4, 5, 6, 10), of(1, 1, NAN, 1, 1)));
    List<List<Point2D>> pieces =
        RecordingCanvas.pieces(RecordingCanvas.of(chart).curves(BLUE).get(0));
    BufferedImage picture = Figure.png(List.of(chart), 1);
    Point2D line = between(pieces.get(0).get(0), pieces.get(0).get(1));
    Point2D gap = between(pieces.get(0).get(1), pieces.get(1).get(0));
    assertEquals(0x0072b2, rgb(picture, line.getX(), line.getY()));
    assertNotEquals(0x0072b2, rgb(picture, gap.getX(), gap.getY()));
  }

  @Test
  void aBandIsTheCurvesColourOnlyLight() {
    Curve curve = new Curve("a", of(0, 10), of(1.1, 1.1), of(0.3, 0.3), of(1.9, 1.9));
    LineChart chart = linear(curve);
    RecordingCanvas canvas = RecordingCanvas.of(chart);
    RecordingCanvas.Area band =
        canvas.areas.stream()
            .filter(area -> area.colour().getAlpha() < 255)
            .findFirst()
            .orElseThrow();
    assertEquals(BLUE.getRGB() & 0xffffff, band.colour().getRGB() & 0xffffff);
    Rectangle2D bounds = band.shape().getBounds2D();
    assertEquals(canvas.plot().getHeight() / 1.08, bounds.getHeight(), 1e-9);
    int pixel = rgb(Figure.png(List.of(chart), 1), bounds.getX() + 10, bounds.getY() + 10);
    double alpha = band.colour().getAlpha() / 255.0;
    assertEquals(255 * (1 - alpha), pixel >> 16, 1.5);
    assertEquals(255 * (1 - alpha) + 0x72 * alpha, pixel >> 8 & 255, 1.5);
    assertEquals(255 * (1 - alpha) + 0xb2 * alpha, pixel & 255, 1.5);
  }

  @Test
  void aBandFromBelowZeroBeginsAtTheLogarithmicAxis() {
    Curve curve = new Curve("a", of(1, 10), of(1, 1), of(-2, 0.5), of(3, 3));
    RecordingCanvas canvas = RecordingCanvas.of(logarithmic(curve));
    Rectangle2D band =
        canvas.areas.stream()
            .filter(area -> area.colour().getAlpha() < 255)
            .findFirst()
            .orElseThrow()
            .shape()
            .getBounds2D();
    assertEquals(canvas.plot().getMaxY(), band.getMaxY(), 1e-9);
  }

  @Test
  void aBandHasGapsToo() {
    double[] x = of(1, 2, 3, 4, 5);
    double[] one = of(1, 1, 1, 1, 1);
    Curve curve = new Curve("a", x, one, of(0.5, 0.5, NAN, 0.5, 0.5), of(2, 2, 2, 2, 2));
    long bands =
        RecordingCanvas.of(linear(curve)).areas.stream()
            .filter(area -> area.colour().getAlpha() < 255)
            .count();
    assertEquals(2, bands);
  }

  @Test
  void noNumbersMakeItFail() {
    double[] odd = {
      0,
      1,
      -1,
      NAN,
      Double.MAX_VALUE,
      -Double.MAX_VALUE,
      Double.MIN_VALUE,
      1e249,
      -1e249,
      1e-249,
      1e299,
      1e-299,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      1 + 1e-15,
      1e-320
    };
    for (double a : odd) {
      for (double b : odd) {
        Curve curve = new Curve("a", of(a, b), of(b, a), of(a, a), of(b, b));
        assertDoesNotThrow(() -> RecordingCanvas.of(linear(curve)), () -> a + " " + b);
        assertDoesNotThrow(() -> RecordingCanvas.of(logarithmic(curve)), () -> a + " " + b);
      }
    }
  }

  @Test
  void anEmptyChartSaysSo() {
    for (LineChart chart :
        List.of(
            linear(),
            linear(new Curve("a", of(), of())),
            logarithmic(new Curve("a", of(0), of(1))))) {
      assertTrue(RecordingCanvas.of(chart).words().contains("nothing to draw"));
    }
  }

  @Test
  void anEmptyCurveAmongOthersSaysSoInTheLegend() {
    List<String> words =
        RecordingCanvas.of(
                linear(new Curve("a", of(1, 2), of(1, 2)), new Curve("b", of(1), of(NAN))))
            .words();
    assertTrue(words.containsAll(List.of("a", "b (nothing to draw)")), words::toString);
    assertFalse(words.contains("nothing to draw"));
  }

  @Test
  void fewPointsAreMarkedAndLonePointsAlways() {
    double[] many = IntStream.range(0, 100).asDoubleStream().toArray();
    double[] gaps = many.clone();
    gaps[49] = NAN;
    gaps[51] = NAN;
    // One marker more in the legend.
    assertEquals(3, RecordingCanvas.of(linear(new Curve("a", of(1, 2), of(1, 2)))).areas.size());
    assertEquals(0, RecordingCanvas.of(linear(new Curve("a", many, many))).areas.size());
    assertEquals(1, RecordingCanvas.of(linear(new Curve("a", many, gaps))).areas.size());
  }

  @Test
  void curvesDifferInPrintAndInColour() {
    List<Curve> curves = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      curves.add(new Curve("curve " + i, of(0, 1), of(i, i)));
    }
    RecordingCanvas canvas =
        RecordingCanvas.of(new LineChart("", Axis.linear(""), Axis.linear(""), curves));
    Set<String> looks = new HashSet<>();
    canvas.lines.stream()
        .filter(line -> line.path() instanceof Path2D)
        .forEach(line -> looks.add(line.colour() + Arrays.toString(line.stroke().getDashArray())));
    assertEquals(12, looks.size());
  }

  @Test
  void theLegendStandsBelowTheDataInsideThePanel() {
    List<Curve> curves = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      curves.add(new Curve("a curve with a rather long name, number " + i, of(0, 1), of(i, i)));
    }
    RecordingCanvas canvas =
        RecordingCanvas.of(new LineChart("", Axis.linear("x"), Axis.linear("y"), curves));
    RecordingCanvas.Text first = canvas.text(curves.get(0).name());
    assertTrue(first.y() - 12 > canvas.text("x").y());
    assertTrue(canvas.plot().getHeight() > 150);
    RecordingCanvas.Text last = canvas.texts.get(canvas.texts.size() - 1);
    assertEquals("and 73 more", last.text());
    assertTrue(last.y() < Figure.HEIGHT);
  }

  @Test
  void longWordsAreShrunkAndCutToThePanel() {
    String words = "many words ".repeat(40);
    Curve curve = new Curve(words, of(0, 1), of(0, 1));
    LineChart chart = new LineChart(words, Axis.linear(words), Axis.linear(words), List.of(curve));
    RecordingCanvas canvas = RecordingCanvas.of(chart);
    List<RecordingCanvas.Text> cut =
        canvas.texts.stream().filter(text -> text.text().endsWith("…")).toList();
    assertEquals(4, cut.size());
    for (RecordingCanvas.Text text : cut) {
      assertTrue(text.lettering().width(text.text()) < Figure.WIDTH - 10);
    }
  }

  @Test
  void arraysOfDifferentLengthsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Curve("a", of(1, 2), of(1)));
    assertThrows(IllegalArgumentException.class, () -> new Curve("a", of(1), of(1), of(1), of()));
  }
}
