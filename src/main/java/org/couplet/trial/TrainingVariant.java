package org.couplet.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.couplet.config.proto.Experiment;

/**
 * One way of training that a study compares: a name for the legend, and what it changes.
 *
 * @param name for legends and tables
 * @param overrides {@code path=value} over the base experiment
 */
public record TrainingVariant(String name, List<String> overrides) {
  /** The same. */
  public TrainingVariant(String name, String... overrides) {
    this(name, List.of(overrides));
  }

  /** Independent coupling. */
  public static TrainingVariant independent() {
    return new TrainingVariant("IC", "consistency.coupling={independent{}}");
  }

  /** Batch-OT with the exact assignment. */
  public static TrainingVariant batchTransport() {
    return new TrainingVariant("batch-OT", "consistency.coupling={batch_ot{exact{}}}");
  }

  /** GC(mu) with the averaged or the online weights. */
  public static TrainingVariant induced(String name, double mu, boolean averaged) {
    return new TrainingVariant(
        name,
        "consistency.coupling={generator_induced{mu:"
            + mu
            + " weights:"
            + (averaged ? "EMA" : "ONLINE")
            + "}}");
  }

  /** GC(mu) by the averaged weights, under the paper's name. */
  public static TrainingVariant induced(double mu) {
    String factor = mu == Math.rint(mu) ? Long.toString((long) mu) : Double.toString(mu);
    return induced("GC(" + factor + ")", mu, true);
  }

  /** This with another name and more overrides. */
  public TrainingVariant also(String otherName, String... more) {
    List<String> all = new ArrayList<>(overrides);
    all.addAll(List.of(more));
    return new TrainingVariant(otherName, all);
  }

  /**
   * A variant's experiment with one seed.
   *
   * @param experiment resolved
   * @param name of the variant, for legends
   * @param seed of the run
   */
  public record Seeded(Experiment experiment, String name, long seed) {
    /** For a folder's name. */
    public String folderName() {
      String words = experiment.getName() + "-" + name + "-seed" + seed;
      return words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_.]+", "-");
    }
  }
}
