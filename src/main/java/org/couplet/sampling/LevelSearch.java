package org.couplet.sampling;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.couplet.schedule.FewStepLevels;

/**
 * Searches the noise levels below sigma_max at which a distance is least: one level after the
 * other, each over the positions between its neighbours, first coarsely, then by golden section.
 */
public final class LevelSearch {
  private static final int COARSE = 6;
  private static final int FINE = 4;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private final FewStepLevels scale;
  private final Distance distance;
  private final Map<List<Double>, Double> measured = new HashMap<>();

  /** What should be least, at some levels. */
  public interface Distance {
    /** The distance of samples that are drawn at falling levels. */
    double at(List<Double> sigmas) throws IOException;
  }

  /**
   * Levels and their distance.
   *
   * @param sigmas falling from sigma_max
   * @param distance there
   * @param usual the distance at the levels of {@link FewStepLevels}, where the search began
   */
  public record Found(List<Double> sigmas, double distance, double usual) {}

  /**
   * @param scale of the model's levels
   * @param distance asked once for the same levels
   */
  public LevelSearch(FewStepLevels scale, Distance distance) {
    this.scale = scale;
    this.distance = distance;
  }

  /**
   * The best levels found.
   *
   * @param steps how many, at least 2; the first stays at sigma_max
   */
  public Found run(int steps) throws IOException {
    double[] positions = new double[steps + 1];
    for (int step = 0; step <= steps; step++) {
      positions[step] = FewStepLevels.position(step, steps);
    }
    double usual = measure(positions);
    // A single level has nothing to come back to.
    int sweeps = steps == 2 ? 1 : 2;
    for (int sweep = 0; sweep < sweeps; sweep++) {
      for (int step = 1; step < steps; step++) {
        improve(positions, step, sweep == 0);
      }
    }
    return new Found(sigmas(positions), measure(positions), usual);
  }

  // Moves one position to the best place found between its neighbours.
  private void improve(double[] positions, int step, boolean coarse) throws IOException {
    double low = positions[step + 1];
    double gap = (positions[step - 1] - low) / (COARSE + 1);
    TreeMap<Double, Double> tried = new TreeMap<>();
    tryAt(positions, step, positions[step], tried);
    for (int k = 1; coarse && k <= COARSE; k++) {
      tryAt(positions, step, low + k * gap, tried);
    }
    double best = best(tried);
    double from = coarse ? below(tried, best, low) : Math.max(low, best - gap);
    double to = coarse ? above(tried, best, positions[step - 1]) : best + gap;
    to = Math.min(to, positions[step - 1]);
    for (int k = 0; k < FINE; k++) {
      double left = to - GOLDEN * (to - from);
      double right = from + GOLDEN * (to - from);
      if (tryAt(positions, step, left, tried) <= tryAt(positions, step, right, tried)) {
        to = right;
      } else {
        from = left;
      }
    }
    positions[step] = best(tried);
  }

  private static double best(Map<Double, Double> tried) {
    return tried.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  private static double below(NavigableMap<Double, Double> tried, double best, double otherwise) {
    Double lower = tried.lowerKey(best);
    return lower == null ? otherwise : lower;
  }

  private static double above(NavigableMap<Double, Double> tried, double best, double otherwise) {
    Double higher = tried.higherKey(best);
    return higher == null ? otherwise : higher;
  }

  private double tryAt(double[] positions, int step, double position, Map<Double, Double> tried)
      throws IOException {
    double[] moved = positions.clone();
    moved[step] = position;
    double found = measure(moved);
    tried.put(position, found);
    return found;
  }

  private double measure(double[] positions) throws IOException {
    List<Double> sigmas = sigmas(positions);
    Double known = measured.get(sigmas);
    double found = known == null ? distance.at(sigmas) : known;
    measured.put(sigmas, found);
    return found;
  }

  private List<Double> sigmas(double[] positions) {
    List<Double> sigmas = new ArrayList<>(List.of(scale.range().sigmaMax()));
    for (int step = 1; step < positions.length - 1; step++) {
      sigmas.add(scale.at(positions[step]));
    }
    return sigmas;
  }
}
