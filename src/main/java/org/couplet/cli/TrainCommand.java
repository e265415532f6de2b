package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.SelfTests;
import org.couplet.command.Stage;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.data.Dataset;
import org.couplet.data.MissingImages;
import org.couplet.doctor.TensorFlowProbe;
import org.couplet.forecast.Forecast;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.program.FeatureProgram;
import org.couplet.program.TrainingProgram;
import org.couplet.report.MetricsLog;
import org.couplet.train.NewRun;
import org.couplet.train.ParentRun;
import org.couplet.train.RunFolder;
import org.couplet.train.RunLock;
import org.couplet.train.Training;

/** {@code couplet train}: trains an experiment, or continues a run. */
final class TrainCommand implements Command {
  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "train a consistency model or a score model, or continue a run";
  }

  private static CommandLine options() {
    return new CommandLine("train", "couplet train --config quickstart --run runs/quickstart")
        .required(
            "config",
            "F",
            "the experiment: a .textproto file, or the name of one in Couplet's configs")
        .required("model", "PROGRAM", "a training program written by `couplet build`")
        .oneOf("config", "model")
        .required("run", "DIR", "folder of the run: checkpoints, metrics, samples")
        .flag(
            "resume",
            "continue from the newest checkpoint in --run; with --config or --model, start a new"
                + " run if there is none")
        .or("run", "resume")
        .optional("steps", "N", "stop at step N; the schedules still span run.steps")
        .repeatable("set", "path=value", "override one field of the config")
        .optional("data", "F.npy", "images from `couplet data`, instead of the config's file")
        .optional("features", "DIR", "feature network for FID, instead of the config's")
        .flag("dry-run", "check everything, print what would be done, and stop");
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options = SelfTests.declare(options());
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    RunFolder run = new RunFolder(options.path("run"));
    boolean goesOn = run.isBegun();
    if (goesOn && !options.has("resume")) {
      throw new InvalidInputException(
          "--run "
              + run.root()
              + ": a run already exists; add --resume to continue it, or"
              + " choose another folder");
    }
    Experiment experiment = goesOn ? resumed(options, run) : begun(options);
    long stopAt = options.number("steps", 1).orElse(experiment.getRun().getSteps());
    if (stopAt > experiment.getRun().getSteps()) {
      throw new InvalidInputException(
          "--steps: the schedules of this run end at step "
              + experiment.getRun().getSteps()
              + "; give at most that, or begin a longer run with --set run.steps="
              + stopAt);
    }
    // Bad input is rejected before there is a run.
    DryRun dryRun = new DryRun(options.has("dry-run"));
    dryRun.check(
        MissingImages.of(experiment.getDataset()).isEmpty(),
        () -> Dataset.open(experiment.getDataset()).close());
    dryRun.check(
        Files.exists(Path.of(experiment.getEvaluation().getFeatures())),
        () -> checkFeatures(options, experiment));
    if (!goesOn) {
      for (ParentRun parent : ParentRun.of(experiment)) {
        dryRun.check(parent.folder().isBegun(), () -> parent.check(experiment));
      }
    }
    if (options.has("model") && !goesOn) {
      TrainingProgram.load(options.path("model"), experiment.getRuntime().getThreads()).close();
    }
    if (!goesOn) {
      gpuAdvice(experiment, new TensorFlowProbe(Path.of("/")).mayUseGpu()).ifPresent(err::println);
    }
    if (dryRun.isWanted()) {
      dryRun.print(experiment, run, stopAt, out);
      return ExitCode.DONE;
    }
    announce(experiment, run, stopAt, err);
    RunLock lock = RunLock.take(run);
    try (lock;
        Stage stage = new Stage(err)) {
      if (!goesOn) {
        stage.begin("building the training program");
        begin(options, experiment, run);
      }
      stage.begin("loading the program and checking its operations; the first step takes longest");
      return train(experiment, run, stopAt, SelfTests.of(options, err), out, err);
    }
  }

  private static void announce(Experiment experiment, RunFolder run, long stopAt, PrintStream err)
      throws IOException {
    Forecast forecast = Forecast.of(experiment, run);
    long left = stopAt - (long) MetricsLog.last(run.metrics(), "step").orElse(0);
    err.println(
        "training " + experiment.getName() + " to step " + stopAt + ": " + forecast.time(left));
    forecast.warnings(left).forEach(err::println);
  }

  private static Experiment begun(CommandLine options) throws IOException {
    if (!options.has("config") && !options.has("model")) {
      throw new InvalidInputException(
          "--resume: no run was begun in "
              + options.path("run")
              + " yet; give --config or --model to begin one");
    }
    List<String> overrides = new ArrayList<>(options.texts("set"));
    overrides.addAll(moved(options));
    if (options.has("data")) {
      withoutData(options).ifPresent(TrainCommand::checkReadsFile);
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

  // A run keeps its experiment: what is given again must say the same. Only files may move.
  private static Experiment resumed(CommandLine options, RunFolder run) throws IOException {
    boolean given = options.has("config") || options.has("model");
    Experiment own = Runs.experiment(run);
    if (options.has("data")) {
      checkReadsFile(own);
    }
    Experiment experiment =
        moved(options).isEmpty() ? own : ExperimentFile.load(run.config(), moved(options));
    if (given && !begun(options).equals(experiment)) {
      throw new InvalidInputException(
          "--resume: the experiment given differs from "
              + run.config()
              + "; leave out --config, --model and --set to continue with the run's own, or"
              + " choose another --run");
    }
    if (!given && options.has("set")) {
      throw new InvalidInputException(
          "--resume: a run keeps its experiment ("
              + run.config()
              + "); --set can't change it. Begin another run");
    }
    return experiment;
  }

  private static void checkFeatures(CommandLine options, Experiment experiment) throws IOException {
    if (experiment.getEvaluation().getFidEvery() > 0) {
      try {
        FeatureProgram.load(
                Path.of(experiment.getEvaluation().getFeatures()),
                experiment.getRuntime().getThreads())
            .close();
      } catch (InvalidInputException e) {
        throw new InvalidInputException(
            "evaluation.features: "
                + e.getMessage()
                + "; "
                + Invocation.ofProcess().shipped("tools/fetch-inception.sh")
                + " makes FID's, --features names another",
            e);
      }
    } else if (options.has("features")) {
      throw new InvalidInputException(
          "--features: is for runs that measure FID; begin one with --set evaluation.fid_every=N");
    }
  }

  // Paths that may change between sessions.
  private static List<String> moved(CommandLine options) {
    List<String> overrides = new ArrayList<>();
    options.text("data").ifPresent(file -> overrides.add("dataset.image_file.path=" + file));
    options.text("features").ifPresent(folder -> overrides.add("evaluation.features=" + folder));
    return overrides;
  }

  /** What to know before a run on a GPU whose settings are those for processors. */
  static Optional<String> gpuAdvice(Experiment experiment, boolean gpu) {
    return gpu && experiment.getRuntime().getXla() == RuntimeConfig.Xla.WINOGRAD
        ? Optional.of(
            "note: runtime.xla is WINOGRAD, which is for processors; on GPUs runs that begin with"
                + " --set runtime.xla=STEP should be faster")
        : Optional.empty();
  }

  private static void begin(CommandLine options, Experiment experiment, RunFolder run)
      throws IOException {
    NewRun.begin(
        run,
        experiment,
        folder -> {
          if (options.has("model")) {
            copy(options.path("model"), folder);
          } else {
            TrainingAssembly.write(experiment, folder);
          }
        });
  }

  // The run was begun before its program could be checked.
  @Override
  public List<String> argumentsToGoOn(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    if (!all.contains("--resume")) {
      all.add("--resume");
    }
    return all;
  }

  private int train(
      Experiment experiment,
      RunFolder run,
      long stopAt,
      SelfTests tests,
      PrintStream out,
      PrintStream err) {
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          interrupt.endsAfter("the current step");
          long completed =
              new Training(experiment, run, tests, err, interrupt::requested).run(stopAt);
          if (completed >= stopAt) {
            out.println(experiment.getName() + ": " + completed + " steps done in " + run.root());
            nextCommands(experiment, run).forEach(out::println);
            return ExitCode.DONE;
          }
          err.println(
              "interrupted after step "
                  + completed
                  + "; continue with: "
                  + Invocation.ofProcess().line("train", "--run", run.root(), "--resume")
                  + (stopAt < experiment.getRun().getSteps() ? " --steps " + stopAt : ""));
          return ExitCode.INTERRUPTED;
        });
  }

  /** What to type after a training, explained. */
  static List<String> nextCommands(Experiment experiment, RunFolder run) {
    Invocation couplet = Invocation.ofProcess();
    String draw =
        couplet.line("sample", "--run", run.root(), "--count", 64, "--output", "grid.png");
    return experiment.hasScore()
        ? List.of("draw samples:            " + draw)
        : List.of(
            "one step per sample:     " + draw,
            "two steps, often better: "
                + couplet.line(
                    "sample",
                    "--run",
                    run.root(),
                    "--steps",
                    2,
                    "--count",
                    64,
                    "--output",
                    "grid2.png"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
