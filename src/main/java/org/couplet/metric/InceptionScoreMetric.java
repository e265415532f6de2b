package org.couplet.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** Inception score of the generated images; see {@link InceptionScore}. */
public record InceptionScoreMetric() implements Metric {
  @Override
  public Needs needs() {
    return new Needs("inception_score", InceptionScore.SPLITS, Kept.LOGITS, Kept.STATISTICS);
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public Score score(FeatureSet generated, FeatureSet reference) {
    InceptionScore.Score score = generated.score().orElseThrow().score();
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("inception_score", score.mean());
    numbers.put("inception_score_deviation", score.standardDeviation());
    numbers.put("inception_score_splits", score.splits());
    return new Score(
        "inception score",
        Score.format(
            "%.5g +- %.2g (deviation over %d splits)",
            score.mean(), score.standardDeviation(), score.splits()),
        numbers);
  }
}
