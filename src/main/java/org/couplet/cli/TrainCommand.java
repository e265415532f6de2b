package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
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
import org.couplet.config.proto.Experiment;
import org.couplet.data.Dataset;
import org.couplet.data.MissingImages;
import org.couplet.forecast.DryRun;
import org.couplet.forecast.Forecast;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.launch.Launch;
import org.couplet.launch.TrainSettings;
import org.couplet.launch.TrainingRequest;
import org.couplet.run.RunFolder;
import org.couplet.run.RunLock;
import org.couplet.train.Following;
import org.couplet.train.Training;
import org.couplet.workers.ClusterOptions;
import org.couplet.workers.SharedRun;
import org.couplet.workers.Workers;
import org.jspecify.annotations.Nullable;

/** {@code couplet train}: trains an experiment, or continues a run. */
final class TrainCommand implements Command {
  private static final int GRID = 64;

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
    TrainingRequest request = request(options, run);
    List<Cluster> workers = ClusterOptions.read(options, System.getenv());
    if (!workers.isEmpty() && options.has("model")) {
      throw new InvalidInputException(
          "--model: each worker builds a program for its part of the batch; give --config");
    }
    if (!workers.isEmpty() && !workers.get(0).isChief()) {
      return follow(options, request, workers.get(0), out, err);
    }
    Launch launch = Launch.of(request);
    Experiment experiment = launch.session().experiment();
    long stopAt = launch.stopAt();
    if (!workers.isEmpty()) {
      Workers.checkBatch(experiment, workers.get(0).size());
    }
    DryRun dryRun = new DryRun(options.has("dry-run"));
    Forecast forecast = launch.check(dryRun, processes(workers), err);
    if (dryRun.isWanted()) {
      dryRun.print(experiment, forecast, run, stopAt, launch.left(), out);
      return ExitCode.DONE;
    }
    announce(experiment, forecast, stopAt, launch.left(), err);
    RunLock lock = RunLock.take(run, err);
    try (lock) {
      return Interrupt.during(
          name(), err, interrupt -> train(options, launch, run, workers, interrupt, out, err));
    }
  }

  private static TrainingRequest request(CommandLine options, RunFolder run) {
    return new TrainingRequest(
        run,
        options.has("resume"),
        options.has("config") ? Optional.of(options.path("config")) : Optional.empty(),
        options.has("model") ? Optional.of(options.path("model")) : Optional.empty(),
        options.texts("set"),
        options.text("from"),
        options.text("data"),
        options.text("features"),
        options.number("checkpoint", 0),
        options.number("steps", 1),
        options.has("accept-new-data"));
  }

  // Replicas are workers of one process.
  private static int processes(List<Cluster> workers) {
    return workers.size() == 1 ? workers.get(0).size() : 1;
  }

  private static int train(
      CommandLine options,
      Launch launch,
      RunFolder run,
      List<Cluster> workers,
      Interrupt interrupt,
      PrintStream out,
      PrintStream err)
      throws IOException, InterruptedException {
    Experiment experiment = launch.session().experiment();
    long stopAt = launch.stopAt();
    SelfTests tests = SelfTests.of(options, err);
    try (@Nullable SharedRun shared =
            workers.isEmpty()
                ? null
                : share(options, workers, experiment, stopAt, tests, interrupt, err);
        Stage stage = new Stage(err)) {
      if (!launch.goesOn()) {
        stage.begin("building the training program");
      }
      launch.prepareFolder(err);
      stage.begin("loading the program and checking its operations; the first step takes longest");
      interrupt.endsAfter("the current step");
      Training training =
          new Training(
              launch.session(),
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
      CommandLine options,
      TrainingRequest request,
      Cluster cluster,
      PrintStream out,
      PrintStream err)
      throws IOException {
    Experiment experiment = TrainSettings.followed(request);
    long stopAt = request.steps().orElse(experiment.getRun().getSteps());
    Workers.checkBatch(experiment, cluster.size());
    DryRun dryRun = new DryRun(options.has("dry-run"));
    dryRun.check(
        MissingImages.of(experiment.getDataset()).isEmpty(),
        () -> Dataset.open(experiment.getDataset()).close());
    if (dryRun.isWanted()) {
      dryRun.print(
          experiment,
          Forecast.of(experiment, request.run(), cluster.size()),
          request.run(),
          stopAt,
          stopAt,
          out);
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
      Experiment experiment, Forecast forecast, long stopAt, long left, PrintStream err)
      throws IOException {
    err.println(
        "training " + experiment.getName() + " to step " + stopAt + ": " + forecast.time(left));
    forecast.warnings(experiment, left).forEach(err::println);
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

  /** What to type when a run has a model, explained. */
  static List<String> nextCommands(Experiment experiment, RunFolder run) {
    String one = draw(experiment, run, "--output", "grid.png");
    return experiment.hasScore()
        ? List.of("draw samples:            " + one)
        : List.of(
            "one step per sample:     " + one,
            "two steps, often better: "
                + draw(experiment, run, "--steps", 2, "--output", "grid2.png"));
  }

  private static String draw(Experiment experiment, RunFolder run, Object... more) {
    List<Object> words = new ArrayList<>(List.of("sample", "--run", run.root(), "--count", GRID));
    int classes = experiment.getNetwork().getLabelDim();
    // A line of the grid for each, as long as there are lines enough.
    if (classes > 0 && classes <= GRID) {
      words.addAll(List.of("--class", "all"));
    }
    words.addAll(List.of(more));
    return Invocation.ofProcess().line(words.toArray());
  }
}
