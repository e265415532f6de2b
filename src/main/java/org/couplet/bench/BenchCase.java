package org.couplet.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.couplet.command.CommandLine;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.io.InvalidInputException;

/**
 * One combination of what {@code couplet bench} varies.
 *
 * @param experiment resolved, with the combination's values
 */
public record BenchCase(Experiment experiment) {
  /** What can be varied: an option with a list, and the field that its entries are for. */
  private record Axis(String option, String field, String entry, String wanted) {
    String override(String word) {
      if (!word.matches(entry)) {
        throw new IllegalArgumentException();
      }
      return field + "=" + word.toUpperCase(Locale.ROOT);
    }
  }

  private static final List<Axis> AXES =
      List.of(
          new Axis(
              "batch", "run.batch_size", "[1-9][0-9]{0,8}", "a batch size from 1 to 999999999"),
          new Axis("precision", "runtime.precision", "(?i)float32|bfloat16", "FLOAT32 or BFLOAT16"),
          new Axis(
              "xla",
              "runtime.xla",
              "(?i)off|pointwise|winograd|step",
              "one of OFF, POINTWISE, WINOGRAD and STEP"),
          new Axis(
              "threads", "runtime.threads", "[0-9]{1,4}", "a number of threads, 0 for all cores"));

  public static CommandLine declare(CommandLine options) {
    return options
        .optional("batch", "N,...", "batch sizes; default: the config's")
        .optional("precision", "P,...", "FLOAT32, BFLOAT16 or both; default: the config's")
        .optional(
            "xla", "X,...", "some of OFF, POINTWISE, WINOGRAD and STEP; default: the config's")
        .optional(
            "threads", "N,...", "threads per operation, 0 for all cores; default: the config's");
  }

  /**
   * All combinations of the lists that are given.
   *
   * @throws InvalidInputException if one is not a valid experiment
   */
  public static List<BenchCase> of(CommandLine options) throws IOException {
    List<List<String>> combinations = List.of(options.texts("set"));
    for (Axis axis : AXES) {
      if (options.has(axis.option())) {
        combinations =
            product(combinations, options.list(axis.option(), axis::override, axis.wanted()));
      }
    }
    Set<BenchCase> cases = new LinkedHashSet<>();
    for (List<String> overrides : combinations) {
      cases.add(new BenchCase(ExperimentFile.load(options.path("config"), overrides)));
    }
    return List.copyOf(cases);
  }

  private static List<List<String>> product(
      List<List<String>> combinations, List<String> overrides) {
    List<List<String>> product = new ArrayList<>();
    for (List<String> combination : combinations) {
      for (String override : overrides) {
        List<String> longer = new ArrayList<>(combination);
        longer.add(override);
        product.add(longer);
      }
    }
    return product;
  }

  int batch() {
    return experiment.getRun().getBatchSize();
  }

  boolean isFloat32() {
    return experiment.getRuntime().getPrecision() == RuntimeConfig.Precision.FLOAT32;
  }

  String precision() {
    return experiment.getRuntime().getPrecision().name();
  }

  String xla() {
    return experiment.getRuntime().getXla().name();
  }

  /** Threads of one operation; where the config says 0, the cores. */
  int threads() {
    int threads = experiment.getRuntime().getThreads();
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** The combination's values, by the options' names. */
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("batch", batch());
    values.put("precision", precision());
    values.put("xla", xla());
    values.put("threads", threads());
    return values;
  }

  /** The same in a few words. */
  String describe() {
    return "batch %d, %s, XLA %s, threads %d".formatted(batch(), precision(), xla(), threads());
  }
}
