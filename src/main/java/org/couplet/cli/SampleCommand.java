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

/** {@code couplet sample}: draws samples from a run or an exported model. */
final class SampleCommand implements Command {
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
                "couplet sample --run DIR | --model DIR  --count N [--seed S] [--sigmas 80,0.8]"
                    + " --output grid.png | F.npz | DIR/",
                "couplet sample --run runs/quickstart --count 64 --output samples.png")
            .value("run", "DIR", "folder of a run; its averaged weights are used")
            .value("model", "DIR", "a SavedModel that `couplet export` wrote")
            .value("count", "N", "number of samples")
            .value("seed", "S", "seed of the noise; default 0")
            .value(
                "sigmas",
                "S1,S2,...",
                "noise levels of the sampling steps, falling; default: sigma_max alone (one step)")
            .value(
                "output",
                "PATH",
                "NAME.png: one grid; NAME.npz: arr_0, uint8 NHWC; NAME/ : one PNG a sample");
    if (!options.parse(arguments, out)) {
      return Cli.DONE;
    }
    if (options.has("run") == options.has("model")) {
      throw new InvalidInputException("give either --run or --model");
    }
    options.required("count");
    int count = Math.toIntExact(Math.min(options.number("count", 1, 1), Integer.MAX_VALUE));
    long seed = options.number("seed", Long.MIN_VALUE, 0);
    List<Double> sigmas = sigmas(options.text("sigmas").orElse(""));
    SampleOutput output = SampleOutput.of(options.required("output"));
    if (options.has("model")) {
      Path model = options.requiredPath("model");
      try (SamplingProgram program = SamplingProgram.load(model, 0)) {
        program.checkSigmas(sigmas);
        output.write(program, seed, count, sigmas, err);
      }
    } else {
      fromRun(
          new RunFolder(options.requiredPath("run")),
          program -> {
            program.checkSigmas(sigmas);
            output.write(program, seed, count, sigmas, err);
          });
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
