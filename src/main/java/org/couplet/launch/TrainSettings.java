package org.couplet.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.ChangedField;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.data.ClassLabels;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.run.ParentRun;
import org.couplet.run.RunFolder;
import org.couplet.train.Session;

/** What a request makes of an experiment, or of a run's own. */
public final class TrainSettings {
  private TrainSettings() {}

  /** A run's first session. */
  public static Session begun(TrainingRequest request) throws IOException {
    if (!request.namesExperiment()) {
      throw new InvalidInputException(
          "--resume: no run was begun in "
              + request.run().root()
              + " yet; give --config or --model to begin one"
              + request.run().nearby());
    }
    if (request.checkpoint().isPresent()) {
      throw new InvalidInputException(
          "--checkpoint: no run was begun in " + request.run().root() + " yet; leave it out");
    }
    return Session.of(beginning(request));
  }

  /**
   * What a worker trains that follows another one: the config given, or else the run's own. Where
   * the run goes on from is the first worker's to know.
   */
  public static Experiment followed(TrainingRequest request) throws IOException {
    return request.config().isPresent() ? beginning(request) : resumed(request).experiment();
  }

  private static Experiment beginning(TrainingRequest request) throws IOException {
    List<String> overrides = new ArrayList<>(request.sets());
    request.from().ifPresent(run -> overrides.add("run.continue_from=" + run));
    overrides.addAll(moved(request));
    if (request.data().isPresent()) {
      withoutData(request).ifPresent(TrainSettings::checkReadsFile);
    }
    return load(request, overrides);
  }

  // Empty where --data itself may be what is missing.
  private static Optional<Experiment> withoutData(TrainingRequest request) throws IOException {
    try {
      return Optional.of(load(request, request.sets()));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }

  private static Experiment load(TrainingRequest request, List<String> overrides)
      throws IOException {
    return request.config().isPresent()
        ? ClassLabels.named(ExperimentFile.load(request.config().get(), overrides))
        : ofProgram(request.model().orElseThrow(), overrides);
  }

  // --data says where images lie; it makes no experiment one of images.
  private static void checkReadsFile(Experiment experiment) {
    if (!experiment.getDataset().hasImageFile()) {
      throw new InvalidInputException(
          "--data: the data of "
              + experiment.getName()
              + " are drawn, not read; leave it out, or take a config that reads images, such as"
              + " photos64_small");
    }
  }

  // Part of the experiment is in the program's graph; only the rest can still be chosen.
  private static Experiment ofProgram(Path model, List<String> overrides) throws IOException {
    Experiment built = TrainingAssembly.builtIn(Runs.experimentOf(model, List.of()));
    Experiment experiment = Runs.experimentOf(model, overrides);
    if (TrainingAssembly.builtIn(experiment).equals(built)) {
      return experiment;
    }
    int applied = 1;
    while (TrainingAssembly.builtIn(Runs.experimentOf(model, overrides.subList(0, applied)))
        .equals(built)) {
      applied++;
    }
    throw new InvalidInputException(
        "--set "
            + overrides.get(applied - 1)
            + ": is built into the program "
            + model
            + "; build another with `couplet build --set`, or train from --config");
  }

  /**
   * A further session. What is given again with --config or --model must be the run's own; --set
   * alone changes what is not built into its program.
   */
  public static Session resumed(TrainingRequest request) throws IOException {
    RunFolder run = request.run();
    Experiment own = Runs.experiment(run);
    if (request.data().isPresent()) {
      checkReadsFile(own);
    }
    boolean given = request.namesExperiment();
    List<String> sets = given ? List.of() : lasting(request, own);
    if (!given && request.from().isPresent()) {
      throw new InvalidInputException(
          "--from: is for a run that begins, but " + run.root() + " has begun; leave it out");
    }
    Experiment changed = sets.isEmpty() ? own : ExperimentFile.load(run.config(), sets);
    checkChangeable(own, changed, run, sets);
    List<String> all = new ArrayList<>(sets);
    all.addAll(moved(request));
    Experiment experiment = all.isEmpty() ? own : ExperimentFile.load(run.config(), all);
    if (given) {
      checkSame(experiment, beginning(request), run);
    }
    Optional<Long> checkpoint = request.checkpoint();
    return new Session(
        experiment,
        changed.equals(own) ? Optional.empty() : Optional.of(changed),
        checkpoint.isPresent() ? OptionalLong.of(checkpoint.get()) : OptionalLong.empty(),
        request.acceptsNewData());
  }

  private static void checkChangeable(
      Experiment own, Experiment changed, RunFolder run, List<String> sets) {
    List<ChangedField> builtIn =
        ChangedField.between(TrainingAssembly.builtIn(own), TrainingAssembly.builtIn(changed));
    if (!builtIn.isEmpty()) {
      throw new InvalidInputException(
          "--set: %s: built into the graph of %s, so it can't change in this run; begin one that goes on from it: %s %s"
              .formatted(
                  describe(builtIn),
                  run.program(),
                  Invocation.ofProcess()
                      .line(
                          "train", "--config", run.config(), "--run", "NEW", "--from", run.root()),
                  sets.stream()
                      .map(set -> "--set " + Invocation.quoted(set))
                      .collect(Collectors.joining(" "))));
    }
    if (!ParentRun.of(own).equals(ParentRun.of(changed))) {
      throw new InvalidInputException(
          "--set: %s: counts only when a run begins; begin another"
              .formatted(describe(ChangedField.between(own, changed))));
    }
  }

  private static void checkSame(Experiment own, Experiment given, RunFolder run) {
    if (!own.equals(given)) {
      throw new InvalidInputException(
          "--resume: the experiment given differs from %s: %s; leave out --config, --model and --set to continue with the run's own, change it with --resume and --set alone, or choose another --run"
              .formatted(run.config(), describe(ChangedField.between(own, given))));
    }
  }

  static String describe(List<ChangedField> fields) {
    int most = 3;
    return fields.stream().limit(most).map(ChangedField::describe).collect(Collectors.joining(", "))
        + (fields.size() > most ? " and %d more".formatted(fields.size() - most) : "");
  }

  // What --set changes. A run without a feature network keeps the one that comes with it.
  private static List<String> lasting(TrainingRequest request, Experiment own) {
    List<String> sets = new ArrayList<>(request.sets());
    if (!sets.isEmpty() && own.getEvaluation().getFeatures().isEmpty()) {
      request.features().ifPresent(folder -> sets.add(featuresSet(folder)));
    }
    return sets;
  }

  // Paths that may change between sessions.
  private static List<String> moved(TrainingRequest request) {
    List<String> overrides = new ArrayList<>();
    request.data().ifPresent(file -> overrides.add("dataset.image_file.path=" + file));
    request.features().ifPresent(folder -> overrides.add(featuresSet(folder)));
    return overrides;
  }

  private static String featuresSet(String folder) {
    return "evaluation.features=" + folder;
  }
}
