package org.couplet.chart;

import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Curves over a common x. What has no place on the axes (NaN, infinities, zero and below on a
 * logarithmic axis) is a gap.
 *
 * @param title above the chart; may be blank
 * @param curves each in a colour and dashes of its own, in this order
 */
public record LineChart(String title, Axis x, Axis y, List<Curve> curves) implements Panel {
  // With more points, markers would hide the line.
  private static final int MOST_MARKED = 25;
  private static final int BAND_ALPHA = 48;
  private static final double LONE_POINT = 2;
  // Points nearer to the last one than this add nothing to see.
  private static final double NEAR = 0.2;
  static final String NOTHING = "nothing to draw";

  /**
   * A line and its spread.
   *
   * @param name for the legend
   * @param x [n], rising or not: the line goes from point to point
   * @param y [n]
   * @param low [n], where a light band round the line begins; empty for no band. On a logarithmic
   *     axis a band from zero or below begins at the axis
   * @param high [n], where the band ends; empty for no band
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn once and only read
  public record Curve(String name, double[] x, double[] y, double[] low, double[] high) {
    /** Checks the lengths. */
    public Curve {
      boolean banded = low.length == x.length && high.length == x.length;
      if (x.length != y.length || !(banded || low.length + high.length == 0)) {
        throw new IllegalArgumentException(name + ": x, y, low and high differ in length");
      }
    }

    /** A line without a band. */
    public Curve(String name, double[] x, double[] y) {
      this(name, x, y, new double[0], new double[0]);
    }
  }

  /** Copies the list. */
  public LineChart {
    curves = List.copyOf(curves);
  }

  @Override
  public void draw(Canvas canvas, Rectangle2D bounds) {
    Frame.Surroundings around = new Frame.Surroundings(title, x.label(), y.label(), legend());
    Frame frame = Frame.draw(canvas, bounds, around, xRange(), yRange(), false);
    if (curves.stream().allMatch(curve -> drawn(curve).isEmpty())) {
      frame.say(canvas, NOTHING);
    }
    canvas.within(
        frame.plot(),
        () -> {
          for (int i = 0; i < curves.size(); i++) {
            drawBand(canvas, frame, curves.get(i), i);
          }
          for (int i = 0; i < curves.size(); i++) {
            drawLine(canvas, frame, curves.get(i), i);
          }
        });
    for (int i = 0; i < curves.size(); i++) {
      drawMarkers(canvas, frame, curves.get(i), i);
    }
  }

  private List<Legend.Entry> legend() {
    List<Legend.Entry> entries = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = curves.get(i);
      String name = drawn(curve).isEmpty() ? curve.name() + " (" + NOTHING + ")" : curve.name();
      entries.add(new Legend.Entry(name, sample(i, marked(curve))));
    }
    return entries;
  }

  private static Legend.Sample sample(int i, boolean marked) {
    return (canvas, left, middle) -> {
      Line2D line = new Line2D.Double(left, middle, left + Legend.SAMPLE, middle);
      canvas.stroke(line, Palette.colour(i), Palette.line(i));
      if (marked) {
        canvas.fill(Palette.marker(i, left + Legend.SAMPLE / 2, middle), Palette.colour(i));
      }
    };
  }

  private Range xRange() {
    return Range.around(
        x.scale(),
        curves.stream()
            .flatMapToDouble(curve -> drawn(curve).stream().mapToDouble(i -> curve.x()[i])));
  }

  private Range yRange() {
    return Range.around(y.scale(), curves.stream().flatMapToDouble(this::heights));
  }

  // A band that nearly touches zero must not stretch a logarithmic axis over many decades.
  private DoubleStream heights(Curve curve) {
    double[] values = drawn(curve).stream().mapToDouble(i -> curve.y()[i]).toArray();
    double[] low = curve.low();
    if (low.length == 0) {
      return DoubleStream.of(values);
    }
    double least = DoubleStream.of(values).min().orElse(0) / 10;
    boolean logarithmic = y.scale() == Scale.LOGARITHMIC;
    DoubleStream spread =
        drawn(curve).stream()
            .flatMapToDouble(
                i ->
                    DoubleStream.of(
                        logarithmic ? Math.max(least, low[i]) : low[i], curve.high()[i]));
    return DoubleStream.concat(DoubleStream.of(values), spread);
  }

  // The points that have a place on both axes.
  private List<Integer> drawn(Curve curve) {
    return IntStream.range(0, curve.x().length).filter(i -> drawn(curve, i)).boxed().toList();
  }

  private boolean drawn(Curve curve, int i) {
    return Range.drawable(x.scale(), curve.x()[i]) && Range.drawable(y.scale(), curve.y()[i]);
  }

  private boolean marked(Curve curve) {
    int points = drawn(curve).size();
    return points > 0 && points <= MOST_MARKED;
  }

  private void drawLine(Canvas canvas, Frame frame, Curve curve, int index) {
    Path2D line = new Path2D.Double();
    boolean begun = false;
    for (int i = 0; i < curve.x().length; i++) {
      if (!drawn(curve, i)) {
        begun = false;
        continue;
      }
      double across = frame.across(curve.x()[i]);
      double down = frame.down(curve.y()[i]);
      if (!begun) {
        line.moveTo(across, down);
      } else if (line.getCurrentPoint().distance(across, down) > NEAR) {
        line.lineTo(across, down);
      }
      begun = true;
    }
    if (!drawn(curve).isEmpty()) {
      canvas.stroke(line, Palette.colour(index), Palette.line(index));
    }
  }

  private void drawBand(Canvas canvas, Frame frame, Curve curve, int index) {
    Color solid = Palette.colour(index);
    Color light = new Color(solid.getRed(), solid.getGreen(), solid.getBlue(), BAND_ALPHA);
    int start = 0;
    for (int i = 0; i <= curve.x().length; i++) {
      if (i == curve.x().length || !banded(curve, i)) {
        if (i - start > 1) {
          canvas.fill(band(frame, curve, start, i), light);
        }
        start = i + 1;
      }
    }
  }

  private boolean banded(Curve curve, int i) {
    if (curve.low().length == 0 || !drawn(curve, i)) {
      return false;
    }
    double low = curve.low()[i];
    boolean begins = Range.drawable(y.scale(), low) || (Double.isFinite(low) && low <= 0);
    return begins && Range.drawable(y.scale(), curve.high()[i]);
  }

  // There along the high edge, back along the low one.
  private static Path2D band(Frame frame, Curve curve, int start, int end) {
    double[] low = curve.low();
    double[] high = curve.high();
    Path2D band = new Path2D.Double();
    for (int i = start; i < end; i++) {
      double across = frame.across(curve.x()[i]);
      if (i == start) {
        band.moveTo(across, frame.down(high[i]));
      } else {
        band.lineTo(across, frame.down(high[i]));
      }
    }
    for (int i = end - 1; i >= start; i--) {
      double edge = Math.max(low[i], frame.y().low());
      band.lineTo(frame.across(curve.x()[i]), frame.down(edge));
    }
    band.closePath();
    return band;
  }

  // A point between two gaps has no line: it gets a dot, however many points there are.
  private void drawMarkers(Canvas canvas, Frame frame, Curve curve, int index) {
    boolean marked = marked(curve);
    int last = curve.x().length - 1;
    for (int i : drawn(curve)) {
      double across = frame.across(curve.x()[i]);
      double down = frame.down(curve.y()[i]);
      boolean alone = (i == 0 || !drawn(curve, i - 1)) && (i == last || !drawn(curve, i + 1));
      if (marked) {
        canvas.fill(Palette.marker(index, across, down), Palette.colour(index));
      } else if (alone) {
        canvas.fill(Palette.disc(across, down, LONE_POINT), Palette.colour(index));
      }
    }
  }
}
