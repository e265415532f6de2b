package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.couplet.command.CommandLine;
import org.couplet.command.SamplingOptions;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.SampleBatches;
import org.couplet.program.SamplingProgram;
import org.couplet.run.TrainedModel;

/**
 * A side whose images are a model's samples, drawn as they are measured.
 *
 * @param solver of a score model
 */
record FidModel(
    String side,
    TrainedModel model,
    SamplingProgram sampler,
    long seed,
    long count,
    List<Double> sigmas,
    Optional<String> solver)
    implements FidSource {
  private static final long USUAL_COUNT = 50_000;

  static FidModel open(String side, Path path, CommandLine options) throws IOException {
    if (!side.equals(GENERATED)) {
      throw new InvalidInputException(
          "--" + side + " " + path + ": is a model; give it as --" + GENERATED);
    }
    SamplingOptions sampling = SamplingOptions.of(options);
    TrainedModel model = TrainedModel.open(path, sampling.checkpoint());
    try {
      SamplingProgram sampler = sampling.withSolver(model.sampler());
      // Rejects models of points before any work.
      SampleBatches.requireImages(sampler, "--" + side + " " + path);
      long usual = options.has(SigmaTuningOutput.OPTION) ? SigmaTuning.USUAL_COUNT : USUAL_COUNT;
      long count = options.number("count", 2).orElse(usual);
      Optional<String> solver =
          sampler.followsFlow() ? Optional.of(sampling.solverName()) : Optional.empty();
      return new FidModel(
          side, model, sampler, sampling.seed(), count, sampling.levels(sampler), solver);
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
    List<Double> levels = sigmas.isEmpty() ? List.of(sampler.sigmaMax()) : sigmas;
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("source", model.origin());
    numbers.put("count", count);
    numbers.put("seed", seed);
    numbers.put("sigmas", levels);
    solver.ifPresent(name -> numbers.put("solver", name));
    numbers.put("pixels", "clipped to [-1, 1], rounded to 0..255");
    String description =
        String.format(
            Locale.ROOT,
            "%s: %d samples of %d x %d, seed %d, %ssigma %s; clipped to [-1, 1], rounded to 0..255",
            model.origin(),
            count,
            sampler.elementShape().get(0),
            sampler.elementShape().get(1),
            seed,
            solver.map(name -> name + ", ").orElse(""),
            levels.stream()
                .map(level -> String.format(Locale.ROOT, "%.4g", level))
                .collect(Collectors.joining(", ")));
    try (SampleBatches samples = new SampleBatches(sampler, seed, count, sigmas)) {
      return new Side(description, numbers, pass.over(side, samples));
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
