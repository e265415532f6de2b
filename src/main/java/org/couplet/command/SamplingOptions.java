package org.couplet.command;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.program.SamplingProgram;
import org.couplet.run.CheckpointChoice;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.ChosenClasses;
import org.couplet.sampling.SampleLevels;

/**
 * How the user wants a model to be sampled.
 *
 * @param checkpoint of a run
 * @param seed of the noise
 * @param sigmas noise levels of the steps; if empty, {@link #levels} chooses them
 * @param steps number of levels, if given
 * @param solver name of a score model's solver, if given
 * @param classes that rows take in turn, by name or number, if given
 * @param guidance of a score model, if given
 */
public record SamplingOptions(
    CheckpointChoice checkpoint,
    long seed,
    List<Double> sigmas,
    Optional<Integer> steps,
    Optional<String> solver,
    Optional<String> classes,
    Optional<Double> guidance) {
  /** Names of the options, and of the number of samples, for commands that take them sometimes. */
  public static final List<String> NAMES =
      List.of(
          "count", "best", "checkpoint", "seed", "sigmas", "steps", "solver", "class", "guidance");

  /** Given as the class where nothing is drawn, it asks for the classes' names. */
  public static final String LIST_CLASSES = "list";

  /** Declares the options. */
  public static CommandLine declare(CommandLine options) {
    return declareCheckpoint(options)
        .optional("seed", "S", "seed of the noise; default: 0")
        .optional(
            "sigmas",
            "S1,S2,...",
            "noise levels of the sampling steps, falling, such as 80,0.8; default: --steps levels"
                + " that suit the model")
        .optional("steps", "N", "number of sampling steps; default: 1, or 18 for a score model")
        .oneOf("sigmas", "steps")
        .optional("solver", "NAME", "for a score model: heun or euler; default: heun")
        .optional(
            "class",
            "C1,C2,...",
            "for a model with classes: names or numbers of those that the samples take in turn, or"
                + " all; `sample --class list` without --output prints their names; default: as often as in the data, or equally often if these are not known")
        .optional(
            "guidance",
            "W",
            "for a score model trained with label_dropout: how much further than usual the class"
                + " leads; default: 1");
  }

  /** Declares the options that choose a run's checkpoint. */
  public static CommandLine declareCheckpoint(CommandLine options) {
    return options
        .flag("best", "for a run: use the weights with the lowest FID instead of the newest")
        .optional("checkpoint", "N", "for a run: use the weights of step N, if they are kept")
        .oneOf("best", "checkpoint");
  }

  /** Reads which checkpoint was chosen. */
  public static CheckpointChoice checkpoint(CommandLine options) {
    Optional<Long> step = options.number("checkpoint", 0);
    return new CheckpointChoice(
        options.has("best"), step.isPresent() ? OptionalLong.of(step.get()) : OptionalLong.empty());
  }

  /** Reads the options. */
  public static SamplingOptions of(CommandLine options) {
    return new SamplingOptions(
        checkpoint(options),
        options.one("seed", Long::valueOf, "a whole number").orElse(0L),
        options.list("sigmas", Double::valueOf, "a noise level, a number such as 0.8"),
        options.number("steps", 1, SampleLevels.MOST_FLOW_STEPS),
        options.text("solver"),
        options.text("class"),
        options.one("guidance", Double::valueOf, "a number such as 2"));
  }

  /** A model that samples as asked for: by which solver, of which classes, how guided. */
  public SamplingProgram applied(TrainedModel model) {
    SamplingProgram chosen = withSolver(model.sampler());
    if (classes.isPresent()) {
      chosen =
          chosen.with(ChosenClasses.of(classes.get(), "--class", chosen.classes(), listing(model)));
    }
    if (guidance.isPresent()) {
      if (!Float.isFinite(guidance.get().floatValue())) {
        throw new InvalidInputException(
            "--guidance: " + guidance.get() + " is not a finite number; give one such as 2");
      }
      chosen = chosen.guided(guidance.get());
    }
    return chosen;
  }

  /** What to type to see a model's classes. */
  public static String listing(TrainedModel model) {
    return Invocation.ofProcess()
        .line("sample", model.option(), model.folder(), "--class", LIST_CLASSES);
  }

  /** How the classes of samples are drawn, and how they are guided; empty for a model without. */
  public Optional<String> classesDrawn(SamplingProgram program) {
    if (!program.hasClasses()) {
      return Optional.empty();
    }
    String shares = program.hasEqualShares() ? "classes in equal shares" : "classes as in the data";
    String drawn = classes.map(given -> "classes " + given + " in turn").orElse(shares);
    return Optional.of(drawn + guidance.map(strength -> ", guidance " + strength).orElse(""));
  }

  private SamplingProgram withSolver(SamplingProgram program) {
    if (!program.followsFlow() && solver.isPresent()) {
      throw new InvalidInputException(
          "--solver: is for score models; this is a consistency model, use --steps or --sigmas");
    }
    return switch (solverName()) {
      case "heun" -> program.with(SamplingProgram.Solver.HEUN);
      case "euler" -> program.with(SamplingProgram.Solver.EULER);
      default ->
          throw new InvalidInputException(
              "--solver: '" + solverName() + "' is not a solver; give heun or euler");
    };
  }

  /** The solver asked for, or the default one. */
  public String solverName() {
    return solver.orElse("heun");
  }

  /** The levels to sample at; what was given is checked. */
  public List<Double> levels(SamplingProgram program) {
    program.checkSigmas(sigmas);
    if (!sigmas.isEmpty()) {
      return sigmas;
    }
    if (steps.isEmpty()) {
      return SampleLevels.of(program);
    }
    int least = SampleLevels.leastSteps(program);
    int most = SampleLevels.mostSteps(program);
    if (steps.get() < least || steps.get() > most) {
      throw new InvalidInputException(
          "--steps: '%d' is not a whole number from %d to %d, as a %s model takes"
              .formatted(
                  steps.get(), least, most, program.followsFlow() ? "score" : "consistency"));
    }
    return SampleLevels.of(program, steps.get());
  }
}
