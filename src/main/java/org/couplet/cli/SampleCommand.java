package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SamplingProgram;
import org.couplet.program.TrainingProgram;
import org.couplet.train.RunFolder;
import org.couplet.train.SampleLevels;

/** {@code couplet sample}: draws samples from a run or an exported model. */
final class SampleCommand implements Command {
  private static final long MOST_STEPS = 1_000_000;

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
                "couplet sample --run DIR | --model DIR  --count N [--seed S]"
                    + " [--sigmas 80,0.8 | --steps N] [--solver heun|euler]"
                    + " --output grid.png | F.npz | DIR/",
                "couplet sample --run runs/quickstart --count 64 --output samples.png")
            .value("run", "DIR", "folder of a run; its averaged weights are used")
            .value("model", "DIR", "a SavedModel that `couplet export` wrote")
            .value("count", "N", "number of samples")
            .value("seed", "S", "seed of the noise; default 0")
            .value(
                "sigmas",
                "S1,S2,...",
                "noise levels of the sampling steps, falling; default: sigma_max alone (one step),"
                    + " of a score model --steps levels down to sigma_min")
            .value("steps", "N", "a score model's number of levels; default 18")
            .value("solver", "NAME", "a score model's solver: heun (default) or euler")
            .value(
                "output",
                "PATH",
                "NAME.png: one grid; NAME.npz: arr_0, uint8 NHWC; NAME/ : one PNG a sample");
    if (!options.parse(arguments, out)) {
      return Cli.DONE;
    }
    if (options.has("sigmas") && options.has("steps")) {
      throw new InvalidInputException("give either --sigmas or --steps");
    }
    if (options.has("run") == options.has("model")) {
      throw new InvalidInputException("give either --run or --model");
    }
    options.required("count");
    int count = Math.toIntExact(Math.min(options.number("count", 1, 1), Integer.MAX_VALUE));
    long seed = options.number("seed", Long.MIN_VALUE, 0);
    List<Double> sigmas = sigmas(options.text("sigmas").orElse(""));
    SampleOutput output = SampleOutput.of(options.required("output"));
    Work work =
        loaded -> {
          SamplingProgram program = withSolver(loaded, options);
          program.checkSigmas(sigmas);
          List<Double> levels = sigmas.isEmpty() ? levels(program, options) : sigmas;
          output.write(program, seed, count, levels, err);
        };
    if (options.has("model")) {
      Path model = options.requiredPath("model");
      try (SamplingProgram program = SamplingProgram.load(model, 0)) {
        work.with(program);
      }
    } else {
      fromRun(new RunFolder(options.requiredPath("run")), work);
    }
    out.println(count + " samples written to " + options.required("output"));
    return Cli.DONE;
  }

  private interface Work {
    void with(SamplingProgram program) throws IOException;
  }

  private static void fromRun(RunFolder run, Work work) throws IOException {
    Experiment experiment = Runs.experiment(run);
    Path checkpoint = Runs.checkpoint(run);
    try (TrainingProgram program =
        TrainingProgram.load(run.program(), experiment.getRuntime().getThreads())) {
      program.restore(checkpoint);
      work.with(program.average());
    }
  }

  private static SamplingProgram withSolver(SamplingProgram program, CommandLine options) {
    for (String option : new String[] {"solver", "steps"}) {
      if (options.has(option) && !program.followsFlow()) {
        throw new InvalidInputException(
            "--" + option + ": is for score models; this is a consistency model, use --sigmas");
      }
    }
    String name = options.text("solver").orElse("heun");
    return switch (name) {
      case "heun" -> program.with(SamplingProgram.Solver.HEUN);
      case "euler" -> program.with(SamplingProgram.Solver.EULER);
      default ->
          throw new InvalidInputException(
              "--solver: '" + name + "' is not a solver; give heun or euler");
    };
  }

  private static List<Double> levels(SamplingProgram program, CommandLine options) {
    long steps = options.number("steps", 2, SampleLevels.FLOW_STEPS);
    return SampleLevels.of(program, Math.toIntExact(Math.min(steps, MOST_STEPS)));
  }

  private static List<Double> sigmas(String text) {
    List<Double> sigmas = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (text.isEmpty()) {
        break;
      }
      try {
        sigmas.add(Double.valueOf(part.trim()));
      } catch (NumberFormatException e) {
        throw new InvalidInputException(
            "--sigmas: '" + part + "' is not a noise level; give numbers such as 80,0.8", e);
      }
    }
    return sigmas;
  }
}
