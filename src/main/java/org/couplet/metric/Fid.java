package org.couplet.metric;

import java.util.Map;

/** Frechet distance between normal fits of the features; see {@link FrechetDistance}. */
public record Fid() implements Metric {
  @Override
  public Needs needs() {
    return new Needs("fid", 2, Kept.STATISTICS, Kept.STATISTICS);
  }

  @Override
  public boolean growsWithFewImages() {
    return true;
  }

  @Override
  public Score score(FeatureSet generated, FeatureSet reference) {
    double fid = FrechetDistance.between(generated.fit(), reference.fit());
    return new Score("FID", Score.format("%.6g", fid), Map.of("fid", fid));
  }
}
