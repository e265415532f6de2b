package org.couplet.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** Inception score of the generated images; see {@link InceptionScore}. */
public record InceptionScoreMetric() implements Metric {
  @Override
  public String word() {
    return "inception_score";
  }

  @Override
  public int leastImages() {
    return InceptionScore.SPLITS;
  }

  @Override
  public Kept ofGenerated() {
    return Kept.LOGITS;
  }

  @Override
  public Kept ofReference() {
    return Kept.STATISTICS;
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
