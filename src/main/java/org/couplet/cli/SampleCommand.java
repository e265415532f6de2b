package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.SamplingOptions;
import org.couplet.command.SelfTests;
import org.couplet.command.Shard;
import org.couplet.command.Stage;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.io.PlainLine;
import org.couplet.launch.Runs;
import org.couplet.program.SampleForm;
import org.couplet.program.SamplingProgram;
import org.couplet.run.RunFolder;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.Movie;
import org.couplet.sampling.SampleDraw;
import org.couplet.sampling.SampleLevels;
import org.couplet.sampling.SampleOutput;
import org.couplet.sampling.SampleWalk;
import org.couplet.serving.VersionFolders;

/** {@code couplet sample}: draws samples from a run or an exported model. */
final class SampleCommand implements Command {
  private static final String INTERPOLATE = "interpolate";
  private static final int FRAMES = 60;
  private static final int MOST_FRAMES = 10_000;

  @Override
  public String name() {
    return "sample";
  }

  @Override
  public String summary() {
    return "draw samples from a run or an exported model";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options =
        new CommandLine(
                "sample", "couplet sample --run runs/quickstart --count 64 --output samples.png")
            .required("run", "DIR", "folder of a run, whose averaged weights are used")
            .required(
                "model",
                "DIR",
                "an export, or a folder of versions 1/, 2/, ..., of which the newest is taken")
            .oneOf("run", "model")
            .required("count", "N", "number of samples")
            .required(
                "output",
                "PATH",
                "F.png for one grid, F.npz for an array (arr_0, uint8 NHWC), or DIR/ for one PNG"
                    + " per sample; with --interpolate also F.gif")
            .optional(
                INTERPOLATE,
                "A,B",
                "a movie instead: the way from the noise of seed A to that of seed B; --count is"
                    + " how many samples move beside each other (default: 1)")
            .optional("frames", "N", "with --interpolate: number of frames; default: " + FRAMES)
            .or("run", INTERPOLATE, "output")
            .or("model", INTERPOLATE, "output")
            .optional(
                Shard.OPTION,
                "I/N",
                "draw only shard I of N shards of the samples; I is 0 to N - 1")
            .overwrite("--output");
    String list = "class=" + SamplingOptions.LIST_CLASSES;
    SelfTests.declare(SamplingOptions.declare(options)).or("run", list).or("model", list);
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    requireRunFor(options);
    SelfTests tests = SelfTests.of(options, err);
    SamplingOptions sampling = SamplingOptions.of(options);
    // With an output it is the name of a class.
    if (!options.has("output")
        && sampling.classes().equals(Optional.of(SamplingOptions.LIST_CLASSES))) {
      return listClasses(options, sampling, out, err);
    }
    if (options.has(INTERPOLATE)) {
      return interpolate(options, sampling, tests, out, err);
    }
    if (options.has("frames")) {
      throw new InvalidInputException("--frames: is for --interpolate A,B");
    }
    options.value("count");
    int count = options.number("count", 1, Integer.MAX_VALUE).orElseThrow();
    SampleOutput output =
        SampleOutput.of(options.value("output"), options.has(Output.OVERWRITE)).require();
    Optional<Shard> shard = Shard.of(options);
    if (shard.isPresent() && !output.showsProgress()) {
      throw new InvalidInputException("--shard: a grid is one picture; use --output F.npz or DIR/");
    }
    Shard.Rows rows =
        shard
            .map(one -> one.rows(count, Contract.SAMPLES_AT_ONCE))
            .orElseGet(() -> new Shard.Rows(0, count));
    return drawing(
        options,
        sampling,
        tests,
        err,
        form -> output.requireFor(form, (int) rows.count()),
        (program, levels, stage, interrupt) -> {
          if (output.showsProgress()) {
            stage.end();
          } else {
            stage.begin("drawing " + rows.count() + " samples");
          }
          output.write(
              new SampleDraw(
                  program,
                  sampling.seed(),
                  rows.first(),
                  (int) rows.count(),
                  levels,
                  err,
                  interrupt::check));
          out.println(
              rows.count()
                  + (rows.count() == 1 ? " sample" : " samples")
                  + " written to "
                  + options.value("output"));
          if (sampling.steps().isPresent() && !program.followsFlow()) {
            out.println("noise levels: --sigmas " + SampleLevels.text(levels));
          }
        });
  }

  // The number and the name of each, a line.
  private static int listClasses(
      CommandLine options, SamplingOptions sampling, PrintStream out, PrintStream err)
      throws IOException {
    List<String> classes;
    try (Stage stage = new Stage(err)) {
      stage.begin("loading the model");
      try (TrainedModel model = TrainedModel.open(folder(options), sampling.checkpoint())) {
        classes = model.sampler().classes();
      }
    }
    if (classes.isEmpty()) {
      throw new InvalidInputException("--class: the model has no classes; leave it out");
    }
    for (int number = 0; number < classes.size(); number++) {
      out.println(PlainLine.of(number + " " + classes.get(number)));
    }
    return ExitCode.DONE;
  }

  /** Refuses the options that choose a run's weights where there is none. */
  static void requireRunFor(CommandLine options) {
    for (String choice : List.of("best", "checkpoint")) {
      if (options.has(choice) && options.has("model")) {
        throw new InvalidInputException(
            "--" + choice + ": is for --run; an export has only one set of weights");
      }
    }
  }

  private int interpolate(
      CommandLine options,
      SamplingOptions sampling,
      SelfTests tests,
      PrintStream out,
      PrintStream err)
      throws Exception {
    List<Long> seeds = options.list(INTERPOLATE, Long::valueOf, "a seed, a whole number");
    if (seeds.size() != 2 || options.has("seed") || options.has(Shard.OPTION)) {
      throw new InvalidInputException(
          "--interpolate: give two seeds, as --interpolate 1,2, without --seed and --shard");
    }
    int frames = options.number("frames", 2, MOST_FRAMES).orElse(FRAMES);
    int rows = options.number("count", 1, MOST_FRAMES).orElse(1);
    String name = options.value("output");
    Output output = Movie.place(name, options.has(Output.OVERWRITE));
    return drawing(
        options,
        sampling,
        tests,
        err,
        form -> SampleWalk.requireFor(form, frames, rows),
        (program, levels, stage, interrupt) -> {
          stage.begin("drawing " + frames + " frames");
          new SampleWalk(program, seeds.get(0), seeds.get(1), frames, rows, levels)
              .movie(interrupt::check)
              .write(name, output);
          out.println(frames + " frames written to " + name);
        });
  }

  /** What is drawn with a model that is loaded. */
  @FunctionalInterface
  private interface Drawing {
    void draw(SamplingProgram program, List<Double> levels, Stage stage, Interrupt interrupt)
        throws IOException;
  }

  private int drawing(
      CommandLine options,
      SamplingOptions sampling,
      SelfTests tests,
      PrintStream err,
      Consumer<SampleForm> requirement,
      Drawing drawing) {
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          interrupt.endsAfter("the samples in hand");
          // Before the seconds that the self-test and loading the model take.
          TrainedModel.form(folder(options)).ifPresent(requirement);
          try (Stage stage = new Stage(err);
              TrainedModel model = model(options, sampling, tests, stage)) {
            SamplingProgram program = sampling.applied(model);
            requirement.accept(program.form());
            drawing.draw(program, sampling.levels(program), stage, interrupt);
          }
          return ExitCode.DONE;
        });
  }

  /** Loads what {@code --run} or {@code --model} names, after its self-test. */
  static TrainedModel model(
      CommandLine options, SamplingOptions sampling, SelfTests tests, Stage stage)
      throws IOException {
    stage.begin("loading the model");
    Path folder = folder(options);
    TrainedModel.check(folder, tests);
    return options.has("model")
        ? TrainedModel.ofExport(folder)
        : TrainedModel.ofRun(new RunFolder(folder), sampling.checkpoint());
  }

  /** Where what {@code --run} or {@code --model} names is: a run, or a version of an export. */
  static Path folder(CommandLine options) throws IOException {
    if (options.has("model")) {
      Path given = options.path("model");
      Runs.refuseRun(given, "it as --run");
      return VersionFolders.newest(given).orElse(given);
    }
    RunFolder run = new RunFolder(options.path("run"));
    if (!run.isBegun() && TrainedModel.isIn(run.root())) {
      throw new InvalidInputException(
          "--run " + run.root() + ": is an export, not a run; give it as --model");
    }
    Runs.experiment(run);
    return run.root();
  }
}
