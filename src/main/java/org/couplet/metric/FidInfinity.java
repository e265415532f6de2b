package org.couplet.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** FID extrapolated to infinitely many generated images; see {@link FrechetExtrapolation}. */
public record FidInfinity() implements Metric {
  @Override
  public Needs needs() {
    return new Needs("fid_infinity", 4, Kept.ROWS, Kept.STATISTICS);
  }

  @Override
  public boolean growsWithFewImages() {
    return true;
  }

  @Override
  public Score score(FeatureSet generated, FeatureSet reference) {
    FeatureRows rows = generated.requiredRows();
    FrechetExtrapolation line =
        FrechetExtrapolation.fit(rows, FrechetDistance.to(reference.fit()), Score.SEED);
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("fid_infinity", line.limit());
    numbers.put("fid_infinity_rows", rows.count());
    return new Score(
        "FID, extrapolated",
        Score.format("%.6g (from %d to %d images)", line.limit(), line.smallest(), rows.count()),
        numbers);
  }
}
