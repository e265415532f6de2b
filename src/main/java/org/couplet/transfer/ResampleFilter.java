package org.couplet.transfer;

import java.util.ArrayList;
import java.util.List;
import org.couplet.config.proto.Experiment;

/**
 * EDM's buffers {@code resample_filter}: the outer product of the taps with themselves, of sum 1.
 */
final class ResampleFilter {
  private static final double NEAR = 1e-6;

  private ResampleFilter() {}

  /** The taps of an experiment's network; ADM's are fixed. */
  static List<Double> of(Experiment experiment) {
    List<Double> own = experiment.getNetwork().getSongUnet().getResampleFilterList();
    return own.isEmpty() ? List.of(1.0, 1.0) : own;
  }

  /** The buffer, [1, 1, n, n], in float32 as PyTorch computes it. */
  static float[] buffer(List<Double> taps) {
    int n = taps.size();
    float sum = 0;
    for (double tap : taps) {
      sum += (float) tap;
    }
    float[] buffer = new float[n * n];
    for (int i = 0; i < buffer.length; i++) {
      buffer[i] = taps.get(i / n).floatValue() * taps.get(i % n).floatValue() / (sum * sum);
    }
    return buffer;
  }

  /** Whether a buffer is that of the taps. */
  static boolean isOf(float[] buffer, List<Double> taps) {
    float[] expected = buffer(taps);
    boolean same = buffer.length == expected.length;
    for (int i = 0; same && i < buffer.length; i++) {
      same = Math.abs(buffer[i] - expected[i]) <= NEAR;
    }
    return same;
  }

  /** The taps of a buffer of n x n values, the first of them 1; rounded, as taps are short. */
  static List<Double> taps(float[] buffer) {
    int n = (int) Math.round(Math.sqrt(buffer.length));
    List<Double> taps = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      // Of the first row: its first tap is in all.
      taps.add(Math.round(1e4 * buffer[i] / buffer[0]) / 1e4);
    }
    return taps;
  }
}
