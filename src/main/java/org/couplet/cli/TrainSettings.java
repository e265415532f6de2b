package org.couplet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.command.CommandLine;
import org.couplet.config.ChangedField;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.run.ParentRun;
import org.couplet.run.RunFolder;
import org.couplet.train.Session;

/** What the options of {@code couplet train} make of an experiment, or of a run's own. */
final class TrainSettings {
  private TrainSettings() {}

  /** A run's first session. */
  static Session begun(CommandLine options) throws IOException {
    if (!options.has("config") && !options.has("model")) {
      throw new InvalidInputException(
          "--resume: no run was begun in "
              + options.path("run")
              + " yet; give --config or --model to begin one");
    }
    if (options.has("checkpoint")) {
      throw new InvalidInputException(
          "--checkpoint: no run was begun in " + options.path("run") + " yet; leave it out");
    }
    return Session.of(beginning(options));
  }

  /**
   * What a worker trains that follows another one: the config given, or else the run's own. Where
   * the run goes on from is the first worker's to know.
   */
  static Experiment followed(CommandLine options, RunFolder run) throws IOException {
    return options.has("config") ? beginning(options) : resumed(options, run).experiment();
  }

  private static Experiment beginning(CommandLine options) throws IOException {
    List<String> overrides = new ArrayList<>(options.texts("set"));
    options.text("from").ifPresent(run -> overrides.add("run.continue_from=" + run));
    overrides.addAll(moved(options));
    if (options.has("data")) {
      withoutData(options).ifPresent(TrainSettings::checkReadsFile);
    }
    return load(options, overrides);
  }

  // Empty where --data itself may be what is missing.
  private static Optional<Experiment> withoutData(CommandLine options) throws IOException {
    try {
      return Optional.of(load(options, options.texts("set")));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }

  private static Experiment load(CommandLine options, List<String> overrides) throws IOException {
    return options.has("config")
        ? ExperimentFile.load(options.path("config"), overrides)
        : ofProgram(options.path("model"), overrides);
  }

  // --data says where images lie; it makes no experiment one of images.
  private static void checkReadsFile(Experiment experiment) {
    if (!experiment.getDataset().hasImageFile()) {
      throw new InvalidInputException(
          "--data: the data of "
              + experiment.getName()
              + " are drawn, not read; leave it out, or begin a run with dataset.image_file");
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
  static Session resumed(CommandLine options, RunFolder run) throws IOException {
    Experiment own = Runs.experiment(run);
    if (options.has("data")) {
      checkReadsFile(own);
    }
    boolean given = options.has("config") || options.has("model");
    List<String> sets = given ? List.of() : options.texts("set");
    if (!given && options.has("from")) {
      throw new InvalidInputException(
          "--from: is for a run that begins, but " + run.root() + " has begun; leave it out");
    }
    Experiment changed = sets.isEmpty() ? own : ExperimentFile.load(run.config(), sets);
    checkChangeable(own, changed, run, sets);
    List<String> all = new ArrayList<>(sets);
    all.addAll(moved(options));
    Experiment experiment = all.isEmpty() ? own : ExperimentFile.load(run.config(), all);
    if (given) {
      checkSame(experiment, beginning(options), run);
    }
    Optional<Long> checkpoint = options.number("checkpoint", 0);
    return new Session(
        experiment,
        changed.equals(own) ? Optional.empty() : Optional.of(changed),
        checkpoint.isPresent() ? OptionalLong.of(checkpoint.get()) : OptionalLong.empty(),
        options.has("accept-new-data"));
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

  // Paths that may change between sessions.
  private static List<String> moved(CommandLine options) {
    List<String> overrides = new ArrayList<>();
    options.text("data").ifPresent(file -> overrides.add("dataset.image_file.path=" + file));
    options.text("features").ifPresent(folder -> overrides.add("evaluation.features=" + folder));
    return overrides;
  }
}
