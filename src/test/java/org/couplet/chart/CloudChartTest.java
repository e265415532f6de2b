package org.couplet.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.couplet.chart.CloudChart.Cloud;
import org.couplet.chart.CloudChart.Link;
import org.junit.jupiter.api.Test;

class CloudChartTest {
  private static final Color RED = new Color(0xd55e00);
  private static final Color BLUE = new Color(0x0072b2);

  private static CloudChart chart(List<Link> links, Cloud... clouds) {
    return new CloudChart("title", "x", "y", List.of(clouds), links, -2, 2);
  }

  private static List<Rectangle2D> dots(RecordingCanvas canvas, Color colour) {
    return canvas.areas.stream()
        .filter(area -> area.colour().equals(colour))
        .map(area -> area.shape().getBounds2D())
        .filter(dot -> canvas.plot().contains(dot.getCenterX(), dot.getCenterY()))
        .toList();
  }

  @Test
  void aUnitIsAsLongAcrossAsItIsUpwards() {
    RecordingCanvas canvas =
        RecordingCanvas.of(chart(List.of(), new Cloud("a", new float[] {1, -1, 0, 1}, BLUE)));
    Rectangle2D plot = canvas.plot();
    assertEquals(plot.getWidth(), plot.getHeight(), 1e-9);
    double unit = plot.getWidth() / 4;
    Rectangle2D dot = dots(canvas, BLUE).get(0);
    assertEquals(plot.getCenterX() + unit, dot.getCenterX(), 1e-9);
    assertEquals(plot.getCenterY() + unit, dot.getCenterY(), 1e-9);
    assertEquals(plot.getCenterY() - unit, dots(canvas, BLUE).get(1).getCenterY(), 1e-9);
  }

  @Test
  void thePictureShowsThePointsInTheirColour() {
    CloudChart chart = chart(List.of(), new Cloud("a", new float[] {1, -1}, BLUE));
    Rectangle2D dot = dots(RecordingCanvas.of(chart), BLUE).get(0);
    BufferedImage picture = Figure.png(List.of(chart), 1);
    int pixel = picture.getRGB((int) (2 * dot.getCenterX()), (int) (2 * dot.getCenterY()));
    assertEquals(0x0072b2, pixel & 0xffffff);
  }

  @Test
  void linksJoinRowToRow() {
    Cloud from = new Cloud("noise", new float[] {-1, -1, 0, 0}, RED);
    Cloud to = new Cloud("samples", new float[] {1, 1, 1, -1}, BLUE);
    RecordingCanvas canvas = RecordingCanvas.of(chart(List.of(new Link(0, 1)), from, to));
    Shape threads = canvas.lines.get(canvas.lines.size() - 1).path();
    List<List<Point2D>> pieces = RecordingCanvas.pieces(threads);
    assertEquals(2, pieces.size());
    for (int i = 0; i < 2; i++) {
      Rectangle2D start = dots(canvas, RED).get(i);
      Rectangle2D end = dots(canvas, BLUE).get(i);
      assertEquals(0, pieces.get(i).get(0).distance(start.getCenterX(), start.getCenterY()), 1e-9);
      assertEquals(0, pieces.get(i).get(1).distance(end.getCenterX(), end.getCenterY()), 1e-9);
    }
  }

  @Test
  void pointsOffTheAxesAndNoNumbersAreLeftOut() {
    float[] points = {3, 0, 0, -2.5f, Float.NaN, 1, 1, Float.NEGATIVE_INFINITY, 1, 1};
    Cloud cloud = new Cloud("a", points, BLUE);
    RecordingCanvas canvas = RecordingCanvas.of(chart(List.of(new Link(0, 0)), cloud));
    assertEquals(1, dots(canvas, BLUE).size());
  }

  @Test
  void limitsFollowFromThePointsOfAllClouds() {
    Cloud small = new Cloud("a", new float[] {0, 1}, BLUE);
    Cloud large = new Cloud("b", new float[] {10, Float.NaN}, RED);
    CloudChart chart = CloudChart.around("", "", "", List.of(small, large), List.of());
    assertEquals(-0.4, chart.low(), 1e-9);
    assertEquals(10.4, chart.high(), 1e-9);
  }

  @Test
  void anEmptyChartSaysSo() {
    CloudChart chart =
        CloudChart.around("", "", "", List.of(new Cloud("a", new float[0], BLUE)), List.of());
    List<String> words = RecordingCanvas.of(chart).words();
    assertTrue(words.containsAll(List.of("nothing to draw", "a (nothing to draw)")));
  }

  @Test
  void whatIsNoChartIsRefused() {
    Cloud one = new Cloud("a", new float[] {0, 0}, BLUE);
    Cloud two = new Cloud("b", new float[] {0, 0, 1, 1}, RED);
    assertThrows(IllegalArgumentException.class, () -> new Cloud("a", new float[3], BLUE));
    assertThrows(IllegalArgumentException.class, () -> chart(List.of(new Link(0, 1)), one, two));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CloudChart("", "", "", List.of(one), List.of(), 1, 1));
  }
}
