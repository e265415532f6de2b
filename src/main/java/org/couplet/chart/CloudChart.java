package org.couplet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Clouds of points in the plane, on square axes with the same limits: a unit is as long across as
 * it is upwards. A point off the axes or not finite is left out.
 *
 * @param title above the chart; may be blank
 * @param xLabel what the first coordinate is; may be blank
 * @param yLabel what the second coordinate is; may be blank
 * @param clouds later ones above earlier ones
 * @param links which clouds' rows are joined by thin lines, below all points
 * @param low lower limit of both axes
 * @param high upper limit of both axes, above low
 */
public record CloudChart(
    String title,
    String xLabel,
    String yLabel,
    List<Cloud> clouds,
    List<Link> links,
    double low,
    double high)
    implements Panel {
  private static final BasicStroke THIN = new BasicStroke(0.6f);
  private static final Color THREAD = new Color(0x50, 0x50, 0x50, 110);
  private static final double LEGEND_RADIUS = 3.5;

  /**
   * Points with a name.
   *
   * @param points [n, 2] row-major: x, y
   * @param colour such as {@link Palette#colour} or {@link Palette#GREY}
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn once and only read
  public record Cloud(String name, float[] points, Color colour) {
    /** Checks that the numbers are pairs. */
    public Cloud {
      if (points.length % 2 != 0) {
        throw new IllegalArgumentException(name + ": " + points.length + " numbers are not pairs");
      }
    }

    int size() {
      return points.length / 2;
    }

    // Small enough that many points remain a cloud.
    double radius() {
      return size() > 2000 ? 1.2 : size() > 400 ? 1.7 : 2.6;
    }
  }

  /**
   * Row i of one cloud is joined to row i of another, as many rows.
   *
   * @param from a cloud's place in the list, from 0
   * @param to the other's
   */
  public record Link(int from, int to) {}

  /** Checks links and limits, and copies the lists. */
  public CloudChart {
    clouds = List.copyOf(clouds);
    links = List.copyOf(links);
    if (!(low < high && Range.drawable(Scale.LINEAR, low) && Range.drawable(Scale.LINEAR, high))) {
      throw new IllegalArgumentException("no axis from " + low + " to " + high);
    }
    for (Link link : links) {
      if (clouds.get(link.from()).size() != clouds.get(link.to()).size()) {
        throw new IllegalArgumentException("linked clouds differ in size");
      }
    }
  }

  /** A chart whose limits show every point. */
  public static CloudChart around(
      String title, String xLabel, String yLabel, List<Cloud> clouds, List<Link> links) {
    DoubleStream numbers =
        clouds.stream()
            .flatMapToDouble(
                cloud -> IntStream.range(0, cloud.points.length).mapToDouble(i -> cloud.points[i]));
    Range range = Range.around(Scale.LINEAR, numbers);
    return new CloudChart(title, xLabel, yLabel, clouds, links, range.low(), range.high());
  }

  @Override
  public void draw(Canvas canvas, Rectangle2D bounds) {
    Range range = new Range(Scale.LINEAR, low, high);
    Frame.Surroundings around = new Frame.Surroundings(title, xLabel, yLabel, legend());
    Frame frame = Frame.draw(canvas, bounds, around, range, range, true);
    if (clouds.stream().noneMatch(this::shows)) {
      frame.say(canvas, LineChart.NOTHING);
    }
    canvas.within(
        frame.plot(),
        () -> {
          links.forEach(link -> drawLink(canvas, frame, link));
          clouds.forEach(cloud -> drawPoints(canvas, frame, cloud));
        });
  }

  private List<Legend.Entry> legend() {
    List<Legend.Entry> entries = new ArrayList<>();
    for (Cloud cloud : clouds) {
      String name = shows(cloud) ? cloud.name() : cloud.name() + " (" + LineChart.NOTHING + ")";
      entries.add(
          new Legend.Entry(
              name,
              (canvas, left, middle) -> {
                double x = left + Legend.SAMPLE - 2 * LEGEND_RADIUS;
                canvas.fill(Palette.disc(x, middle, LEGEND_RADIUS), cloud.colour());
              }));
    }
    return entries;
  }

  private void drawPoints(Canvas canvas, Frame frame, Cloud cloud) {
    for (int i = 0; i < cloud.size(); i++) {
      if (onAxes(cloud, i)) {
        double x = frame.across(cloud.points[2 * i]);
        double y = frame.down(cloud.points[2 * i + 1]);
        canvas.fill(Palette.disc(x, y, cloud.radius()), cloud.colour());
      }
    }
  }

  private void drawLink(Canvas canvas, Frame frame, Link link) {
    Cloud from = clouds.get(link.from());
    Cloud to = clouds.get(link.to());
    Path2D threads = new Path2D.Double();
    for (int i = 0; i < from.size(); i++) {
      if (finite(from, i) && finite(to, i) && (onAxes(from, i) || onAxes(to, i))) {
        threads.moveTo(frame.across(from.points[2 * i]), frame.down(from.points[2 * i + 1]));
        threads.lineTo(frame.across(to.points[2 * i]), frame.down(to.points[2 * i + 1]));
      }
    }
    canvas.stroke(threads, THREAD, THIN);
  }

  private boolean shows(Cloud cloud) {
    return IntStream.range(0, cloud.size()).anyMatch(i -> onAxes(cloud, i));
  }

  private boolean onAxes(Cloud cloud, int i) {
    return onAxis(cloud.points[2 * i]) && onAxis(cloud.points[2 * i + 1]);
  }

  private boolean onAxis(float value) {
    return value >= low && value <= high;
  }

  private static boolean finite(Cloud cloud, int i) {
    return Float.isFinite(cloud.points[2 * i]) && Float.isFinite(cloud.points[2 * i + 1]);
  }
}
