package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.couplet.assembly.RandomFeaturesAssembly;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.SelfTests;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.study.Graphs;
import org.couplet.study.InterruptedStudyException;
import org.couplet.study.Studies;
import org.couplet.study.Study;
import org.couplet.study.StudyContext;
import org.couplet.study.StudyOptions;

/** {@code couplet study}: one of the paper's experiments, with its figure. */
final class StudyCommand implements Command {
  private static final String ALL = "all";

  @Override
  public String name() {
    return "study";
  }

  @Override
  public String summary() {
    return "repeat one of the paper's experiments and draw its figure";
  }

  private static CommandLine options() {
    return new CommandLine(
            "couplet study NAME [--config F] --output DIR [--runs DIR] [--seeds N] [--set"
                + " path=value]... [more options]",
            "couplet study variance --output studies")
        .about(
            Studies.all().stream()
                    .map(
                        study ->
                            String.format(Locale.ROOT, "  %-12s %s", study.name(), study.summary()))
                    .collect(Collectors.joining(System.lineSeparator()))
                + System.lineSeparator()
                + "  all          every one that the options suffice for; without --config those of points")
        .value("config", "F", "the experiment to vary; default: the paper's Gaussians")
        .value("output", "DIR", "folder of the figures (PNG, SVG) and their numbers (CSV)")
        .value("runs", "DIR", "folder of the runs, shared by studies; default: runs in --output")
        .value("seeds", "N", "runs a curve; default 3 of points, 1 of images")
        .value(
            "steps", "N", "end each run after N steps; a later call without it goes on to the end")
        .value("set", "path=value", "override one field of the config; may be repeated")
        .value("mu", "M1,M2,...", "mixing: factors of GC; default 0.3,0.5,0.7,1")
        .value("seconds", "S", "components, schedule, ema, mixing: end each run after S seconds")
        .value("samples", "N", "images that a model's quality is measured on; default 2000")
        .value(
            "features", "DIR", "a SavedModel with a features signature; default: random features")
        .value("score-config", "F", "trajectory: the score model; default: that of the Gaussians")
        .value("models", "D1,D2,...", "samples: folders of runs or exports")
        .value("configs", "DIR", "folder of the shipped experiments; default configs")
        .flag(
            "gaussians",
            "all: the studies of the paper's Gaussians (the default without --config)");
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options = SelfTests.declare(options());
    boolean named = arguments.length > 0 && !arguments[0].startsWith("-");
    String[] rest = named ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments;
    if (!options.parse(rest, out)) {
      return ExitCode.DONE;
    }
    List<Study> studies = studies(named ? arguments[0] : "", options);
    StudyOptions asked = asked(options);
    SelfTests tests = SelfTests.of(options, err);
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          StudyContext bench =
              new StudyContext(asked, graphs(), tests, out, err, interrupt::requested);
          try {
            for (Study study : studies) {
              err.println("study " + study.name() + ": " + study.summary());
              study.run(bench);
            }
            return ExitCode.DONE;
          } catch (InterruptedStudyException e) {
            err.println(e.getMessage());
            return ExitCode.INTERRUPTED;
          }
        });
  }

  private static List<Study> studies(String name, CommandLine options) {
    if (name.equals(ALL)) {
      if (options.has("gaussians") && options.has("config")) {
        throw new InvalidInputException("give either --gaussians or --config");
      }
      // What shows or needs other models has to be told which.
      return (options.has("config") ? Studies.all() : Studies.ofGaussians())
          .stream()
              .filter(study -> options.has("models") || !study.name().equals("samples"))
              .filter(
                  study ->
                      !options.has("config")
                          || options.has("score-config")
                          || !study.name().equals("trajectory"))
              .toList();
    }
    if (options.has("gaussians")) {
      throw new InvalidInputException("--gaussians goes with `couplet study all`");
    }
    return List.of(
        Studies.named(name)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        (name.isEmpty() ? "name a study" : "there is no study '" + name + "'")
                            + "; there are "
                            + Studies.all().stream()
                                .map(Study::name)
                                .collect(Collectors.joining(", "))
                            + " and all")));
  }

  private static StudyOptions asked(CommandLine options) {
    Path output = options.requiredPath("output");
    return new StudyOptions(
        options.text("config").map(Path::of),
        options.text("score-config").map(Path::of),
        Path.of(options.text("configs").orElse("configs")),
        options.texts("set"),
        output,
        options.text("runs").map(Path::of).orElse(output.resolve("runs")),
        (int) Math.min(options.number("seeds", 1, 0), 1000),
        options.number("steps", 1, Long.MAX_VALUE),
        factors(options.text("mu").orElse("0.3,0.5,0.7,1")),
        options.number("seconds", 1, 0),
        (int) Math.min(options.number("samples", 2, 2000), Integer.MAX_VALUE),
        options.text("models").stream()
            .flatMap(models -> Arrays.stream(models.split(",", -1)))
            .map(StudyCommand::model)
            .toList(),
        options.text("features").map(Path::of));
  }

  private static Path model(String name) {
    if (name.isBlank()) {
      throw new InvalidInputException(
          "--models: a name is empty; give folders such as runs/a,runs/b");
    }
    return Path.of(name);
  }

  private static List<Double> factors(String text) {
    List<Double> factors = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        double factor = Double.parseDouble(part.strip());
        if (factor > 0 && factor <= 1) {
          factors.add(factor);
          continue;
        }
      } catch (NumberFormatException e) {
        // Told below, as a number that is no factor is.
      }
      throw new InvalidInputException(
          "--mu: '" + part + "' is not a mixing factor; give numbers in (0, 1] such as 0.3,0.5");
    }
    return factors;
  }

  private static Graphs graphs() {
    return new Graphs() {
      @Override
      public void training(Experiment experiment, Path folder) throws IOException {
        TrainingAssembly.write(experiment, folder);
      }

      @Override
      public String featuresName() {
        return RandomFeaturesAssembly.NAME;
      }

      @Override
      public void features(Path folder) throws IOException {
        RandomFeaturesAssembly.write(folder);
      }
    };
  }
}
