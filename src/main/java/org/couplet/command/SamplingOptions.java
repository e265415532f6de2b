package org.couplet.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SamplingProgram;
import org.couplet.sampling.SampleLevels;

/**
 * How a model is sampled, as the user says it.
 *
 * @param best whether a run's best weights are meant, not its newest
 * @param seed of the noise
 * @param sigmas noise levels of the steps; empty: not given
 * @param steps number of a score model's levels; empty: not given
 * @param solver name of a score model's solver; empty: not given
 */
public record SamplingOptions(
    boolean best,
    long seed,
    List<Double> sigmas,
    Optional<Integer> steps,
    Optional<String> solver) {
  /** Names of the options, and of the number of samples, for commands that take them sometimes. */
  public static final List<String> NAMES =
      List.of("count", "best", "seed", "sigmas", "steps", "solver");

  private static final int MOST_STEPS = 1_000_000;

  /** Declares the options. */
  public static CommandLine declare(CommandLine options) {
    return options
        .flag("best", "of a run: the weights whose samples had the lowest FID, not the newest")
        .value("seed", "S", "seed of the noise; default 0")
        .value(
            "sigmas",
            "S1,S2,...",
            "noise levels of the sampling steps, falling; default: sigma_max alone (one step),"
                + " of a score model --steps levels down to sigma_min")
        .value("steps", "N", "a score model's number of levels; default 18")
        .value("solver", "NAME", "a score model's solver: heun (default) or euler");
  }

  /** Reads the options. */
  public static SamplingOptions of(CommandLine options) {
    if (options.has("sigmas") && options.has("steps")) {
      throw new InvalidInputException("give either --sigmas or --steps");
    }
    return new SamplingOptions(
        options.has("best"),
        options.number("seed", Long.MIN_VALUE, 0),
        sigmas(options.text("sigmas").orElse("")),
        options
            .text("steps")
            .map(text -> (int) Math.min(options.number("steps", 2, 2), MOST_STEPS)),
        options.text("solver"));
  }

  /** A program that follows the solver asked for. */
  public SamplingProgram withSolver(SamplingProgram program) {
    if (!program.followsFlow() && (solver.isPresent() || steps.isPresent())) {
      throw new InvalidInputException(
          "--"
              + (solver.isPresent() ? "solver" : "steps")
              + ": is for score models; this is a consistency model, use --sigmas");
    }
    String name = solver.orElse("heun");
    return switch (name) {
      case "heun" -> program.with(SamplingProgram.Solver.HEUN);
      case "euler" -> program.with(SamplingProgram.Solver.EULER);
      default ->
          throw new InvalidInputException(
              "--solver: '" + name + "' is not a solver; give heun or euler");
    };
  }

  /** The levels to sample at; what was given is checked. */
  public List<Double> levels(SamplingProgram program) {
    program.checkSigmas(sigmas);
    return sigmas.isEmpty()
        ? SampleLevels.of(program, steps.orElse(SampleLevels.FLOW_STEPS))
        : sigmas;
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
