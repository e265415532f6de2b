package org.couplet.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** Kernel distance between the features; see {@link KernelDistance}. */
public record Kid() implements Metric {
  @Override
  public Needs needs() {
    return new Needs("kid", 2, Kept.ROWS, Kept.ROWS);
  }

  @Override
  public Score score(FeatureSet generated, FeatureSet reference) {
    KernelDistance kid =
        KernelDistance.between(generated.requiredRows(), reference.requiredRows(), Score.SEED);
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("kid", kid.mean());
    numbers.put("kid_standard_error", kid.standardError());
    numbers.put("kid_subsets", kid.subsets());
    numbers.put("kid_subset_size", kid.subsetSize());
    String text =
        kid.subsets() == 1
            ? Score.format("%.5g (all %d images of both)", kid.mean(), kid.subsetSize())
            : Score.format(
                "%.5g +- %.2g (standard error over %d subsets of %d)",
                kid.mean(), kid.standardError(), kid.subsets(), kid.subsetSize());
    return new Score("KID", text, numbers);
  }
}
