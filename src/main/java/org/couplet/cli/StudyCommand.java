package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.FirstWord;
import org.couplet.command.Interrupt;
import org.couplet.command.SelfTests;
import org.couplet.config.proto.Experiment;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Output;
import org.couplet.io.Spelling;
import org.couplet.loading.SavedModelGraph;
import org.couplet.study.Studies;
import org.couplet.study.Study;
import org.couplet.study.StudyContext;
import org.couplet.study.StudyOptions;
import org.couplet.trial.Graphs;
import org.couplet.trial.InterruptedStudyException;

/** {@code couplet study}: one of the paper's experiments, with its figure. */
final class StudyCommand implements Command {
  private static final String ALL = "all";
  private static final int MOST_SEEDS = 1000;
  // Options that only some studies heed.
  private static final List<String> OF_SOME =
      List.of(
          "config",
          "configs",
          "set",
          "runs",
          "seeds",
          "steps",
          "seconds",
          "samples",
          "features",
          "mu",
          "score-config",
          "models",
          "checkpoints",
          "run");
  private static final List<String> OF_MODELS = List.of("compare", "diagnosis", "progress");
  private static final List<Double> FACTORS = List.of(0.3, 0.5, 0.7, 1.0);

  @Override
  public String name() {
    return "study";
  }

  @Override
  public String summary() {
    return "repeat one of the paper's experiments and draw its figure";
  }

  private static CommandLine options() {
    CommandLine options =
        new CommandLine("study NAME", "couplet study variance --output studies").about("NAME is:");
    for (Study study : Studies.all()) {
      options.entry(study.name(), study.summary());
    }
    return options
        .entry(
            ALL,
            "every study that the options are enough for; without --config, the studies of the"
                + " paper's Gaussians")
        .required("output", "DIR", "folder for the figures (PNG, SVG) and their numbers (CSV)")
        .overwrite("the output of an earlier call")
        .optional(
            "config",
            "F",
            "the experiment to vary, a .textproto file; default: the paper's Gaussians")
        .flag("gaussians", "for all: the studies of the paper's Gaussians, as without --config")
        .oneOf("config", "gaussians")
        .repeatable("set", "path=value", "override one field of the config")
        .optional(
            "runs", "DIR", "folder of the runs, which studies share; default: runs in --output")
        .optional("seeds", "N", "runs for each curve; default: 3 for points, 1 for images")
        .optional(
            "steps", "N", "end each run at step N; a later call without it continues to the end")
        .optional(
            "seconds",
            "S",
            "for components, schedule, ema and mixing: end each run after S seconds of training")
        .optional("samples", "N", "images to measure a model's quality with; default: 2000")
        .optional(
            "features", "DIR", "a SavedModel with a features signature; default: random features")
        .optional("mu", "M1,M2,...", "for mixing: the factors of GC; default: 0.3,0.5,0.7,1")
        .optional(
            "score-config",
            "F",
            "for trajectory: config of the score model; default: the one for the Gaussians")
        .repeatable(
            "models",
            "D1,D2,...",
            "for compare, samples and diagnosis: folders of runs, or but for diagnosis of exports; or"
                + " once for each folder, where names have commas")
        .optional(
            "checkpoints",
            "N1,N2,...",
            "for diagnosis: the steps whose checkpoints are measured; default: all that are kept")
        .optional("run", "DIR", "for progress: folder of a run")
        .optional("configs", "DIR", "folder of Couplet's experiments; default: Couplet's own");
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options = SelfTests.declare(options());
    boolean named = arguments.length > 0 && !arguments[0].startsWith("-");
    String[] rest = named ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments;
    if (named) {
      checkName(arguments[0]);
    } else if (!Arrays.asList(rest).contains("--help") && !Arrays.asList(rest).contains("-h")) {
      Optional<String> inFront = FirstWord.inFront(List.of(name()), arguments, names());
      if (inFront.isPresent()) {
        throw new InvalidInputException("the study's name comes first: " + inFront.get());
      }
      throw new InvalidInputException(
          "name a study: %s or %s; %s explains them"
              .formatted(
                  String.join(", ", names()), ALL, Invocation.ofProcess().line(name(), "--help")));
    }
    if (!options.parse(rest, out)) {
      return ExitCode.DONE;
    }
    List<Study> studies = studies(arguments[0], options);
    StudyOptions asked = asked(options);
    requireOutputs(studies, asked.output(), options.has(Output.OVERWRITE));
    if (asked.features().isEmpty()) {
      // One that a study wrote is written again, as all studies share it.
      new Output("output", asked.output().resolve(StudyContext.FEATURES), true)
          .requireFolder(SavedModelGraph::isPart);
    }
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

  private static void requireOutputs(List<Study> studies, Path folder, boolean overwrite) {
    for (Study study : studies) {
      for (String ending : StudyContext.ENDINGS) {
        new Output("output", folder.resolve(study.name() + ending), overwrite).requireFile();
      }
    }
  }

  private static List<String> names() {
    return Studies.all().stream().map(Study::name).toList();
  }

  private static void checkName(String name) {
    if (!name.equals(ALL) && !names().contains(name)) {
      throw new InvalidInputException(
          "there is no study '%s'; %s"
              .formatted(
                  name,
                  Spelling.closest(name, names())
                      .map(closest -> "did you mean " + closest + "?")
                      .orElse("there are " + String.join(", ", names()) + " and " + ALL)));
    }
  }

  private static List<Study> studies(String name, CommandLine options) {
    if (name.equals(ALL)) {
      // Some studies need to know which other models to use.
      return (options.has("config") ? Studies.all() : Studies.ofGaussians())
          .stream()
              .filter(study -> options.has("models") || !study.name().equals("samples"))
              .filter(study -> !OF_MODELS.contains(study.name()))
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
    Study study = Studies.named(name).orElseThrow();
    for (String option : OF_SOME) {
      if (options.has(option) && !study.options().contains(option)) {
        throw new InvalidInputException(
            "--%s: makes no difference to the study %s; leave it out".formatted(option, name));
      }
    }
    return List.of(study);
  }

  private static StudyOptions asked(CommandLine options) {
    Path output = options.path("output");
    return new StudyOptions(
        options.text("config").map(Path::of),
        options.text("score-config").map(Path::of),
        options.text("configs").map(Path::of).orElse(Invocation.ofProcess().find("configs")),
        options.texts("set"),
        output,
        options.text("runs").map(Path::of).orElse(output.resolve("runs")),
        options.number("seeds", 1, MOST_SEEDS),
        options.number("steps", 1).orElse(Long.MAX_VALUE),
        options.has("mu")
            ? options.list(
                "mu", StudyCommand::factor, "a mixing factor, a number in (0, 1] such as 0.5")
            : FACTORS,
        options.number("seconds", 1).orElse(Long.MAX_VALUE),
        options.number("samples", 2, Integer.MAX_VALUE).orElse(2000),
        options.list("models", StudyCommand::model, "the folder of a run or an export"),
        options.list("checkpoints", Long::valueOf, "the step of a checkpoint, such as 1500"),
        options.text("run").map(Path::of),
        options.text("features").map(Path::of));
  }

  private static Path model(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException();
    }
    return Path.of(name);
  }

  private static double factor(String text) {
    double factor = Double.parseDouble(text);
    if (factor > 0 && factor <= 1) {
      return factor;
    }
    throw new IllegalArgumentException();
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
