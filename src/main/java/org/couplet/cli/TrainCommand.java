package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.cluster.Cluster;
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
import org.couplet.forecast.DryRun;
import org.couplet.forecast.Forecast;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Version;
import org.couplet.program.FeatureProgram;
import org.couplet.program.TrainingProgram;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.NewRun;
import org.couplet.run.ParentRun;
import org.couplet.run.RunFolder;
import org.couplet.run.RunLock;
import org.couplet.train.Following;
import org.couplet.train.KnownData;
import org.couplet.train.Session;
import org.couplet.train.Training;
import org.couplet.workers.ClusterOptions;
import org.couplet.workers.SharedRun;
import org.couplet.workers.Workers;
import org.jspecify.annotations.Nullable;

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
    CommandLine options =
        new CommandLine("train", "couplet train --config quickstart --run runs/quickstart");
    return ClusterOptions.declare(alone(options));
  }

  private static CommandLine alone(CommandLine options) {
    return options
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
        .optional(
            "checkpoint", "N", "with --resume: go back to the checkpoint of step N; later ones go")
        .optional(
            "from",
            "RUN[@STEP]",
            "begin with everything of another run's checkpoint: go on in a new run")
        .optional(
            "steps",
            "N",
            "stop at step N; the schedules still span run.steps, and stay at their end after it")
        .repeatable(
            "set",
            "path=value",
            "override one field of the config; with --resume alone, change the run's own from here"
                + " on")
        .optional("data", "F.npy", "images from `couplet data`, instead of the config's file")
        .flag("accept-new-data", "with --resume: go on although the data file is another one")
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
    List<Cluster> workers = ClusterOptions.read(options, System.getenv());
    if (!workers.isEmpty() && options.has("model")) {
      throw new InvalidInputException(
          "--model: each worker builds a program for its part of the batch; give --config");
    }
    if (!workers.isEmpty() && !workers.get(0).isChief()) {
      return follow(options, run, workers.get(0), out, err);
    }
    boolean goesOn = run.isBegun();
    if (goesOn && !options.has("resume")) {
      throw new InvalidInputException(
          "--run "
              + run.root()
              + ": a run already exists; add --resume to continue it, or"
              + " choose another folder");
    }
    Session session = goesOn ? TrainSettings.resumed(options, run) : TrainSettings.begun(options);
    Experiment experiment = session.experiment();
    long stopAt = options.number("steps", 1).orElse(experiment.getRun().getSteps());
    if (!workers.isEmpty()) {
      Workers.checkBatch(experiment, workers.get(0).size());
    }
    // Bad input is rejected before there is a run.
    DryRun dryRun = new DryRun(options.has("dry-run"));
    dryRun.check(
        MissingImages.of(experiment.getDataset()).isEmpty(),
        () -> checkData(session, run, dryRun, err));
    dryRun.check(
        Files.exists(Path.of(experiment.getEvaluation().getFeatures())),
        () -> checkFeatures(options, experiment));
    if (!goesOn) {
      for (ParentRun parent : ParentRun.of(experiment)) {
        dryRun.check(parent.folder().isBegun(), () -> checkParent(parent, experiment, stopAt));
      }
    }
    if (session.checkpoint().isPresent()) {
      new Checkpoints(run.checkpoints(), 1).require(session.checkpoint().getAsLong());
    }
    if (options.has("model") && !goesOn) {
      TrainingProgram.load(options.path("model"), experiment.getRuntime().getThreads()).close();
    }
    boolean gpu = new TensorFlowProbe(Path.of("/")).mayUseGpu();
    Forecast forecast = Forecast.of(experiment, run, processes(workers));
    if (!gpu) {
      forecast.requireMemory();
    }
    if (!goesOn) {
      gpuAdvice(experiment, gpu).ifPresent(err::println);
    }
    if (dryRun.isWanted()) {
      dryRun.print(experiment, forecast, run, stopAt, out);
      return ExitCode.DONE;
    }
    announce(experiment, forecast, run, stopAt, err);
    RunLock lock = RunLock.take(run, err);
    try (lock) {
      return Interrupt.during(
          name(),
          err,
          interrupt -> train(options, session, run, workers, stopAt, interrupt, out, err));
    }
  }

  // Replicas are workers of one process.
  private static int processes(List<Cluster> workers) {
    return workers.size() == 1 ? workers.get(0).size() : 1;
  }

  private static int train(
      CommandLine options,
      Session session,
      RunFolder run,
      List<Cluster> workers,
      long stopAt,
      Interrupt interrupt,
      PrintStream out,
      PrintStream err)
      throws IOException, InterruptedException {
    Experiment experiment = session.experiment();
    SelfTests tests = SelfTests.of(options, err);
    try (@Nullable SharedRun shared =
            workers.isEmpty()
                ? null
                : share(options, workers, experiment, stopAt, tests, interrupt, err);
        Stage stage = new Stage(err)) {
      if (run.isBegun()) {
        mendProgram(run, err);
      } else {
        stage.begin("building the training program");
        begin(options, experiment, run);
      }
      stage.begin("loading the program and checking its operations; the first step takes longest");
      interrupt.endsAfter("the current step");
      Training training =
          new Training(
              session,
              run,
              tests,
              err,
              interrupt::requested,
              Optional.ofNullable(shared).map(SharedRun::workers));
      int code =
          report(training.run(stopAt), experiment, run, stopAt, again(options, run), out, err);
      if (shared != null) {
        shared.workers().finish();
      }
      return code;
    }
  }

  // A fault of the processor is found before there is a server: a command that is started again
  // needs its port.
  private static SharedRun share(
      CommandLine options,
      List<Cluster> workers,
      Experiment experiment,
      long stopAt,
      SelfTests tests,
      Interrupt interrupt,
      PrintStream err)
      throws IOException, InterruptedException {
    return SharedRun.open(
        workers,
        options.has("trust-network"),
        experiment,
        stopAt,
        (built, count, folder) -> {
          TrainingAssembly.write(built, count, folder);
          tests.program(folder, built.getRuntime().getThreads());
        },
        interrupt,
        err);
  }

  // A worker that is not the first one leaves the run's folder alone.
  private static int follow(
      CommandLine options, RunFolder run, Cluster cluster, PrintStream out, PrintStream err)
      throws IOException {
    Experiment experiment = TrainSettings.followed(options, run);
    long stopAt = options.number("steps", 1).orElse(experiment.getRun().getSteps());
    Workers.checkBatch(experiment, cluster.size());
    DryRun dryRun = new DryRun(options.has("dry-run"));
    dryRun.check(
        MissingImages.of(experiment.getDataset()).isEmpty(),
        () -> Dataset.open(experiment.getDataset()).close());
    if (dryRun.isWanted()) {
      dryRun.print(experiment, Forecast.of(experiment, run, cluster.size()), run, stopAt, out);
      return ExitCode.DONE;
    }
    SelfTests tests = SelfTests.of(options, err);
    return Interrupt.during(
        "train",
        err,
        interrupt -> {
          try (SharedRun shared =
              share(options, List.of(cluster), experiment, stopAt, tests, interrupt, err)) {
            Workers workers = shared.workers();
            interrupt.endsAfter("the current step");
            long completed = Following.run(experiment, workers, stopAt, interrupt::requested);
            workers.finish();
            boolean done = completed >= stopAt;
            err.println(
                cluster.name(cluster.task())
                    + (done
                        ? ": " + completed + " steps done"
                        : ": interrupted after step " + completed + "; worker 0 saves it"));
            return done ? ExitCode.DONE : ExitCode.INTERRUPTED;
          }
        });
  }

  private static void announce(
      Experiment experiment, Forecast forecast, RunFolder run, long stopAt, PrintStream err)
      throws IOException {
    long left = stopAt - (long) MetricsLog.last(run.metrics(), "step").orElse(0);
    err.println(
        "training " + experiment.getName() + " to step " + stopAt + ": " + forecast.time(left));
    forecast.warnings(left).forEach(err::println);
  }

  private static void checkData(Session session, RunFolder run, DryRun dryRun, PrintStream err)
      throws IOException {
    Experiment experiment = session.experiment();
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      if (experiment.getEvaluation().getFidEvery() > 0 && dataset.size() < 2) {
        throw new InvalidInputException(
            "evaluation.fid_every: FID needs 2 images or more, the data have 1; set it to 0, or"
                + " take more images");
      }
      if (dryRun.isWanted()) {
        KnownData.check(run, experiment.getDataset(), dataset, session.acceptsNewData(), err);
      }
    }
  }

  private static void checkParent(ParentRun parent, Experiment experiment, long stopAt)
      throws IOException {
    parent.check(experiment);
    long first = parent.firstStep();
    if (first >= stopAt) {
      throw new InvalidInputException(
          parent.field()
              + ": its checkpoint is at step "
              + first
              + ", and this run is to end at step "
              + stopAt
              + "; give a larger --set run.steps=N (all steps count), or --steps N");
    }
  }

  // Another version may build another graph.
  private static void mendProgram(RunFolder run, PrintStream err) throws IOException {
    if (Files.exists(run.program())) {
      return;
    }
    String made =
        Files.exists(run.version())
            ? FileFailure.reading(run.version(), () -> Files.readString(run.version())).strip()
            : "unknown";
    if (!made.equals(Version.describe())) {
      throw new InvalidInputException(
          "%s: the program is missing, and the run was made by %s, this is %s; put it back, go on with that version, or begin a run that goes on from this one: --from %s"
              .formatted(run.program(), made, Version.describe(), run.root()));
    }
    err.println("note: " + run.program() + " is missing; building it again from the run's config");
    Experiment experiment = ExperimentFile.load(run.config(), List.of());
    AtomicFile.create(run.program(), folder -> TrainingAssembly.write(experiment, folder));
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

  // What to type to go on, with the same workers.
  private static String again(CommandLine options, RunFolder run) {
    List<Object> words = new ArrayList<>(List.of("train", "--run", run.root(), "--resume"));
    for (String name : List.of("cluster", "task", "replicas")) {
      options.text(name).ifPresent(value -> words.addAll(List.of("--" + name, value)));
    }
    if (options.has("trust-network")) {
      words.add("--trust-network");
    }
    return Invocation.ofProcess().line(words.toArray());
  }

  // Says what was done, and what comes next; returns the exit code.
  private static int report(
      long completed,
      Experiment experiment,
      RunFolder run,
      long stopAt,
      String again,
      PrintStream out,
      PrintStream err) {
    long planned = experiment.getRun().getSteps();
    if (completed >= stopAt) {
      out.println(experiment.getName() + ": " + completed + " steps done in " + run.root());
      if (completed < planned) {
        out.println("%-24s %s".formatted("train on to step " + planned + ":", again));
      }
      nextCommands(experiment, run).forEach(out::println);
      return ExitCode.DONE;
    }
    err.println(
        "interrupted after step "
            + completed
            + "; continue with: "
            + again
            + (stopAt == planned ? "" : " --steps " + stopAt));
    return ExitCode.INTERRUPTED;
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
          FileFailure.writing(target, () -> Files.copy(path, target));
        }
      }
    }
  }
}
