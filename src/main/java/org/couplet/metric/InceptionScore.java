package org.couplet.metric;

import java.util.Arrays;

/**
 * The inception score (Salimans et al. 2016): exp(E KL(p(y|x) || p(y))), p(y|x) a classifier's
 * probabilities for an image and p(y) their mean. It is 1 for images that all look the same to the
 * classifier, and the number of classes at most. One pass; memory depends on classes and splits.
 *
 * <p>The images are divided into splits of their own scores. Row i goes to split i modulo splits,
 * not to the i-th part of the whole as is common: rows may be in the order of their classes, and
 * their number need not be known before.
 */
public final class InceptionScore {
  /** Splits that are commonly used. */
  public static final int SPLITS = 10;

  private final int classes;
  private final int splits;
  // Of each split: the sum of the probabilities, and that of sum_c p_c log p_c.
  private final double[][] probabilities;
  private final double[] negativeEntropies;
  private long count;

  /**
   * The score.
   *
   * @param mean over the splits, 1..classes
   * @param standardDeviation over the splits (divided by their number); 0 for one split
   * @param splits how many
   */
  public record Score(double mean, double standardDeviation, int splits) {}

  /**
   * A score of no rows yet.
   *
   * @param classes number of classes, at least 1
   * @param splits at least 1
   */
  public InceptionScore(int classes, int splits) {
    if (classes < 1 || splits < 1) {
      throw new IllegalArgumentException(classes + " classes in " + splits + " splits");
    }
    this.classes = classes;
    this.splits = splits;
    this.probabilities = new double[splits][classes];
    this.negativeEntropies = new double[splits];
  }

  /** Number of rows so far. */
  public long count() {
    return count;
  }

  /**
   * Adds rows.
   *
   * @param logits [n, classes], row-major, finite
   * @throws ArithmeticException if one is not finite
   */
  public void add(float[] logits) {
    FeatureRows rows = new FeatureRows(logits, classes);
    for (int row = 0; row < rows.count(); row++) {
      addRow(rows.row(row), (int) (count % splits));
      count++;
    }
  }

  /**
   * What the score is computed from, [splits, classes + 1]: of each split the sums of the classes'
   * probabilities p, and last that of sum_c p_c log p_c.
   */
  public double[][] sums() {
    double[][] sums = new double[splits][];
    for (int split = 0; split < splits; split++) {
      sums[split] = Arrays.copyOf(probabilities[split], classes + 1);
      sums[split][classes] = negativeEntropies[split];
    }
    return sums;
  }

  /**
   * Adds the rows that another score was made of, as if they came after those so far.
   *
   * @param sums as {@link #sums} gives them
   * @param rows number of them
   */
  void merge(double[][] sums, long rows) {
    for (int i = 0; i < splits; i++) {
      int split = (int) ((count + i) % splits);
      for (int j = 0; j < classes; j++) {
        probabilities[split][j] += sums[i][j];
      }
      negativeEntropies[split] += sums[i][classes];
    }
    count += rows;
  }

  private void addRow(float[] logits, int split) {
    double largest = logits[0];
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    double logSum = largest + Math.log(sum);
    for (int i = 0; i < classes; i++) {
      double logProbability = logits[i] - logSum;
      double probability = Math.exp(logProbability);
      probabilities[split][i] += probability;
      negativeEntropies[split] += probability * logProbability;
    }
  }

  /**
   * The score of the rows so far.
   *
   * @throws IllegalStateException if there are fewer rows than splits
   */
  public Score score() {
    if (count < splits) {
      throw new IllegalStateException(count + " rows are too few for " + splits + " splits");
    }
    double[] scores = new double[splits];
    Arrays.setAll(scores, this::ofSplit);
    double mean = Arrays.stream(scores).average().orElseThrow();
    double variance =
        Arrays.stream(scores).map(score -> Math.pow(score - mean, 2)).average().orElseThrow();
    return new Score(mean, Math.sqrt(variance), splits);
  }

  // E KL(p(y|x) || p(y)) = E sum p(y|x) log p(y|x) - sum p(y) log p(y)
  private double ofSplit(int split) {
    long rows = count / splits + (split < count % splits ? 1 : 0);
    double divergence = negativeEntropies[split] / rows;
    for (double sum : probabilities[split]) {
      double probability = sum / rows;
      divergence -= probability > 0 ? probability * Math.log(probability) : 0;
    }
    return Math.exp(divergence);
  }
}
