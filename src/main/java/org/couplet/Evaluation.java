package org.couplet;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.couplet.command.SamplingOptions;
import org.couplet.command.SelfTests;
import org.couplet.contract.Signature;
import org.couplet.evaluation.FidPass;
import org.couplet.evaluation.FidSource;
import org.couplet.evaluation.FidStatistics;
import org.couplet.evaluation.SourceOptions;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainStream;
import org.couplet.metric.Fid;
import org.couplet.metric.Metric;
import org.couplet.program.FeatureProgram;
import org.couplet.run.CheckpointChoice;
import org.couplet.run.TrainedModel;
import org.jspecify.annotations.Nullable;

/**
 * Measures generated images against reference images: FID and its relatives, as {@code couplet fid}
 * does.
 *
 * <pre>{@code
 * Evaluation.Result result =
 *     Evaluation.of(Path.of("runs/photos"), Path.of("photos.zip"))
 *         .features(Path.of("savedmodels/inception"))
 *         .metrics("fid", "kid")
 *         .count(10_000)
 *         .measure();
 * System.out.println(result.value("fid") + " +- " + result.value("kid_standard_error"));
 * }</pre>
 *
 * <p>Nothing is printed unless {@link #log} asks for it.
 */
public final class Evaluation {
  private final Path generated;
  private final Path reference;
  private @Nullable Path features;
  private Set<Metric> metrics = Set.of(new Fid());
  private long count = SourceOptions.USUAL_COUNT;
  private long seed;
  private List<Double> sigmas = List.of();
  private boolean strict;
  private boolean tested = true;
  private PrintStream log = new PrintStream(OutputStream.nullOutputStream(), false);

  /**
   * What was measured.
   *
   * @param values by the names that {@code couplet fid --json} has: {@code fid}, {@code kid},
   *     {@code kid_standard_error}, {@code precision}, {@code recall}, {@code inception_score} and
   *     so on
   * @param generated what the generated side is, in one line
   * @param reference the same of the reference
   */
  public record Result(Map<String, Double> values, String generated, String reference) {
    /** Copies the map. */
    public Result {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * One of the values.
     *
     * @throws IllegalArgumentException if it was not measured
     */
    public double value(String name) {
      Double value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException(
            "'" + name + "' was not measured; there are " + String.join(", ", values.keySet()));
      }
      return value;
    }
  }

  private Evaluation(Path generated, Path reference) {
    this.generated = generated;
    this.reference = reference;
  }

  /**
   * An evaluation of two sources. Each may be a folder or zip of pictures, an array (.npy, .npz),
   * CIFAR-10's archive, or statistics (.npz with mu and sigma).
   *
   * @param generated to judge; also a run or an export, whose samples are drawn
   * @param reference to judge by
   */
  public static Evaluation of(Path generated, Path reference) {
    return new Evaluation(generated, reference);
  }

  /** The feature network, as {@code couplet inception} writes it; not needed by two statistics. */
  public Evaluation features(Path network) {
    features = network;
    return this;
  }

  /**
   * What to measure instead of {@code fid} alone.
   *
   * @param names of metrics as {@code couplet fid --metrics} takes them
   * @throws IllegalArgumentException if there is no such metric
   */
  public Evaluation metrics(String... names) {
    List<Metric> found = new ArrayList<>();
    for (String name : names) {
      try {
        found.add(Metric.parse(name));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "metrics: '" + name + "' is not one of " + Metric.words(), e);
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("metrics: name at least one of " + Metric.words());
    }
    metrics = Metric.ordered(found);
    return this;
  }

  /** How many samples of a model are drawn, at least 2; 50,000 if this is not called. */
  public Evaluation count(long samples) {
    if (samples < 2) {
      throw new IllegalArgumentException("count: must be at least 2, got " + samples);
    }
    count = samples;
    return this;
  }

  /** Seed of a model's noise; 0 if this is not called. */
  public Evaluation seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /** Noise levels at which a model is sampled, falling; see {@link Generator#sample}. */
  public Evaluation sigmas(double... levels) {
    sigmas = Arrays.stream(levels).boxed().toList();
    return this;
  }

  /** Stops at a corrupt image, which is otherwise left out with a warning. */
  public Evaluation strict() {
    strict = true;
    return this;
  }

  /** Does not check that this machine computes the networks correctly. */
  public Evaluation skipSelfTest() {
    tested = false;
    return this;
  }

  /** Prints what {@code couplet fid} prints on its error stream: notes, warnings, progress. */
  public Evaluation log(PrintStream stream) {
    log = PlainStream.ofMessages(stream);
    return this;
  }

  /**
   * Measures; this may take hours.
   *
   * @throws IllegalArgumentException if a source or the network can't be used
   * @throws CoupletException if memory is too small, or TensorFlow computes wrong numbers on this
   *     machine
   * @throws IOException if a file can't be read
   */
  public Result measure() throws IOException {
    return Failures.translated(this::measureChecked);
  }

  private Result measureChecked() throws IOException {
    selfTest();
    SourceOptions options =
        new SourceOptions(
            Optional.empty(),
            Optional.empty(),
            strict,
            new SamplingOptions(
                CheckpointChoice.NEWEST,
                seed,
                sigmas,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            count,
            Optional.empty());
    try (@Nullable FeatureProgram network =
            features == null ? null : FidPass.load(features, Signature.FEATURES.name(), metrics);
        FidSource made = FidSource.open(FidSource.GENERATED, generated, options, metrics);
        FidSource real = FidSource.open(FidSource.REFERENCE, reference, options, metrics)) {
      if (network == null && !(made instanceof FidStatistics && real instanceof FidStatistics)) {
        throw new InvalidInputException(
            "features: images need a feature network; name one such as `couplet inception` writes");
      }
      FidPass pass = new FidPass(Optional.ofNullable(network), metrics, log);
      FidSource.check(pass, made, real);
      FidSource.Side one = made.measure(pass);
      FidSource.Side other = real.measure(pass);
      Map<String, Double> values = new LinkedHashMap<>();
      pass.scores(one, Optional.of(other))
          .forEach(
              score ->
                  score
                      .numbers()
                      .forEach((name, number) -> values.put(name, number.doubleValue())));
      return new Result(values, one.description(), other.description());
    }
  }

  private void selfTest() throws IOException {
    if (features == null) {
      return;
    }
    SelfTests tests = SelfTests.of(tested, log);
    tests.features(features, 0);
    if (TrainedModel.isIn(generated)) {
      TrainedModel.check(generated, tests);
    }
  }
}
