package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.couplet.command.SamplingOptions;
import org.couplet.command.Shard;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.SampleBatches;
import org.couplet.metric.ShardFeatures;
import org.couplet.program.SamplingProgram;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.SampleLevels;

/**
 * A side whose images are a model's samples, drawn as they are measured.
 *
 * @param count of samples, of all shards
 * @param solver of a score model
 * @param classes of a model with classes: how they were drawn, and how it was guided
 * @param shard to measure, if not all
 */
record FidModel(
    String side,
    TrainedModel model,
    SamplingProgram sampler,
    long seed,
    long count,
    List<Double> sigmas,
    Optional<String> solver,
    Optional<String> classes,
    Optional<Shard> shard)
    implements FidSource {
  static FidModel open(String side, Path path, SourceOptions options) throws IOException {
    SamplingOptions sampling = options.sampling();
    TrainedModel model = TrainedModel.open(path, sampling.checkpoint());
    try {
      SamplingProgram sampler = sampling.applied(model);
      // Rejects models of points before any work.
      SampleBatches.requireImages(sampler, "--" + side + " " + path);
      Optional<String> solver =
          sampler.followsFlow() ? Optional.of(sampling.solverName()) : Optional.empty();
      long count = options.count();
      options.shard().ifPresent(one -> one.rows(count, FeaturePass.BATCH));
      return new FidModel(
          side,
          model,
          sampler,
          sampling.seed(),
          count,
          sampling.levels(sampler),
          solver,
          sampling.classesDrawn(sampler),
          options.shard());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public void check(FidPass pass) throws IOException {
    FidSource.super.check(pass);
    pass.requireEnough(side, count);
  }

  @Override
  public Side measure(FidPass pass) throws IOException {
    try (SampleBatches samples = new SampleBatches(sampler, seed, count, sigmas)) {
      return new Side(description(), numbers(), pass.over(side, samples));
    }
  }

  /** Measures the shard. */
  @Override
  public Part part(FidPass pass) throws IOException {
    Shard one = shard.orElseThrow();
    Shard.Rows rows = one.rows(count, FeaturePass.BATCH);
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("the model", model.contentHash());
    identity.put("--count", String.valueOf(count));
    identity.put("--seed", String.valueOf(seed));
    identity.put("--sigmas", SampleLevels.text(levels()));
    solver.ifPresent(name -> identity.put("--solver", name));
    classes.ifPresent(drawn -> identity.put("the classes", drawn));
    try (SampleBatches samples =
        new SampleBatches(sampler, seed, rows.first(), rows.count(), sigmas)) {
      ShardFeatures features = pass.shard(samples, one, rows.first());
      return new Part(
          pass.header(
              one,
              features,
              identity,
              new ShardFile.Images(count, 0, " of one size"),
              numbers(),
              description()),
          features);
    }
  }

  private List<Double> levels() {
    return sigmas.isEmpty() ? List.of(sampler.sigmaMax()) : sigmas;
  }

  private Map<String, Object> numbers() {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("source", model.origin());
    numbers.put("count", count);
    numbers.put("seed", seed);
    numbers.put("sigmas", levels());
    solver.ifPresent(name -> numbers.put("solver", name));
    classes.ifPresent(drawn -> numbers.put("classes", drawn));
    numbers.put("pixels", "clipped to [-1, 1], rounded to 0..255");
    return numbers;
  }

  private String description() {
    return String.format(
        Locale.ROOT,
        "%s: %d samples of %d x %d, seed %d, %s%ssigma %s; clipped to [-1, 1], rounded to 0..255",
        model.origin(),
        count,
        sampler.elementShape().get(0),
        sampler.elementShape().get(1),
        seed,
        solver.map(name -> name + ", ").orElse(""),
        classes.map(drawn -> drawn + ", ").orElse(""),
        levels().stream()
            .map(level -> String.format(Locale.ROOT, "%.4g", level))
            .collect(Collectors.joining(", ")));
  }

  @Override
  public void close() {
    model.close();
  }
}
