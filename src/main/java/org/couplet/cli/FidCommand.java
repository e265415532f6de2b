package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.SamplingOptions;
import org.couplet.command.SelfTests;
import org.couplet.command.Stage;
import org.couplet.contract.Signature;
import org.couplet.evaluation.FidMerged;
import org.couplet.evaluation.FidPass;
import org.couplet.evaluation.FidReport;
import org.couplet.evaluation.FidShards;
import org.couplet.evaluation.FidSource;
import org.couplet.evaluation.FidSource.Side;
import org.couplet.evaluation.FidStatistics;
import org.couplet.evaluation.SigmaTuningOutput;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.Fid;
import org.couplet.metric.Metric;
import org.couplet.metric.Score;
import org.couplet.metric.StatisticsFile;
import org.couplet.program.FeatureProgram;
import org.couplet.report.Json;
import org.couplet.run.TrainedModel;
import org.couplet.source.ImageSelection;
import org.jspecify.annotations.Nullable;

/** {@code couplet fid}: how far generated images are from real ones. */
final class FidCommand implements Command {
  @Override
  public String name() {
    return "fid";
  }

  @Override
  public String summary() {
    return "measure images against reference images: FID and its relatives";
  }

  private static CommandLine options() {
    CommandLine options =
        new CommandLine(
                "fid",
                "couplet fid --generated runs/a --reference photos.zip --inception savedmodels/inception")
            .about(
                "Compares generated images with reference images. One side is enough to save its"
                    + " statistics, and the generated side is enough for inception_score. --inception"
                    + " is needed unless both sides are statistics.")
            .about(FidShards.ABOUT)
            .required(
                "generated",
                "X",
                "a run, an export, statistics (.npz with mu and sigma), or images: "
                    + ImageSelection.WORDS)
            .required("reference", "Y", "the same, but no run or export")
            .optional("inception", "DIR", "the feature network, written by `couplet inception`")
            .optional(
                "signature",
                "NAME",
                "for another feature network: its signature that maps images to features; default:"
                    + " features")
            .optional("metrics", "M,...", "one or more of " + Metric.words() + "; default: fid")
            .optional(
                "save-stats",
                "F.npz",
                "save the statistics of --reference, or without it those of --generated")
            .overwrite("the file of --save-stats or --output")
            .or("generated", "save-stats")
            .or("reference", "save-stats")
            .or("generated", "metrics")
            .optional("count", "N", "number of samples to draw from a model; default: 50000")
            .flag(
                "tune-sigmas",
                "search the noise levels of --steps N (default: 2) at which a consistency model is"
                    + " nearest to the reference, and print them; every trial draws --count samples"
                    + " (default: 1000)");
    return SelfTests.declare(
        SamplingOptions.declare(FidShards.declare(options))
            .optional(
                "generated-only",
                "PREFIX",
                "only files whose path in the folder or archive starts with PREFIX")
            .optional("reference-only", "PREFIX", "the same for the reference")
            .optional(
                "generated-split",
                "PART",
                "part of CIFAR-10's archive: train, test or all; default: train")
            .optional("reference-split", "PART", "the same for the reference")
            .flag("strict", "stop at a corrupt image; by default it is left out with a warning")
            .flag("json", "print one JSON object"));
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws IOException {
    CommandLine options = options();
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    Set<Metric> metrics = metrics(options);
    FidShards.check(options);
    checkFiles(options);
    SigmaTuningOutput.check(options);
    checkNetwork(options, metrics);
    Stage stage = new Stage(err);
    stage.begin("loading the networks");
    Map<String, Object> tested = selfTest(options, err);
    try (stage;
        @Nullable FeatureProgram network = network(options, metrics).orElse(null);
        @Nullable FidSource generated = source(FidSource.GENERATED, options, metrics).orElse(null);
        @Nullable FidSource reference =
            source(FidSource.REFERENCE, options, metrics).orElse(null)) {
      stage.end();
      // Bad input is rejected before hours of work.
      FidPass pass = new FidPass(Optional.ofNullable(network), metrics, err);
      check(options, pass, generated, reference);
      if (generated != null && FidShards.isAsked(options)) {
        FidShards.run(options, pass, generated, out);
        return ExitCode.DONE;
      }
      if (options.has(SigmaTuningOutput.OPTION)) {
        SigmaTuningOutput.run(options, pass, generated, reference, out);
        return ExitCode.DONE;
      }
      Map<String, Side> sides = new LinkedHashMap<>();
      if (generated != null) {
        sides.put(FidSource.GENERATED, generated.measure(pass));
      }
      if (reference != null) {
        sides.put(FidSource.REFERENCE, reference.measure(pass));
      }
      List<Score> scores =
          metrics.isEmpty()
              ? List.of()
              : pass.scores(
                  Objects.requireNonNull(sides.get(FidSource.GENERATED)),
                  Optional.ofNullable(sides.get(FidSource.REFERENCE)));
      if (options.has("json")) {
        out.println(Json.GSON.toJson(FidReport.numbers(pass, sides, scores, tested)));
      } else {
        FidReport.print(pass, sides, scores, tested, out);
      }
      save(options, pass, generated, sides, err);
    }
    return ExitCode.DONE;
  }

  // Of both networks that run: the one that makes features, and the one that makes samples.
  private static Map<String, Object> selfTest(CommandLine options, PrintStream err)
      throws IOException {
    Map<String, Object> found = new LinkedHashMap<>();
    if (options.has("inception")) {
      SelfTests tests = SelfTests.of(options, err);
      found.putAll(
          tests.features(
              options.path("inception"),
              options.text("signature").orElse(Signature.FEATURES.name()),
              0));
      Optional<Path> generated = options.text(FidSource.GENERATED).map(Path::of);
      if (generated.isPresent() && TrainedModel.isIn(generated.get())) {
        found.put(
            "sampling_self_test", TrainedModel.check(generated.get(), tests).get("self_test"));
      }
    }
    return found;
  }

  private static Set<Metric> metrics(CommandLine options) {
    boolean generated = options.has(FidSource.GENERATED) || options.has(FidMerged.OPTION);
    boolean reference = options.has(FidSource.REFERENCE);
    if (!options.has("metrics")) {
      // With one side there is nothing to compare, but there are statistics to save.
      return generated && reference ? Set.of(new Fid()) : Set.of();
    }
    Set<Metric> metrics =
        Metric.ordered(options.list("metrics", Metric::parse, "one of " + Metric.words()));
    for (Metric metric : metrics) {
      if (!generated || (metric.needsReference() && !reference && !FidShards.isAsked(options))) {
        throw new InvalidInputException(
            "--metrics %s: --%s is missing"
                .formatted(metric.word(), generated ? FidSource.REFERENCE : FidSource.GENERATED));
      }
    }
    if (reference
        && !options.has("save-stats")
        && metrics.stream().noneMatch(Metric::needsReference)) {
      throw new InvalidInputException(
          "--reference: is not needed for --metrics "
              + options.value("metrics")
              + "; leave it out");
    }
    return metrics;
  }

  private static void checkFiles(CommandLine options) {
    if (options.has("signature") && !options.has("inception")) {
      throw new InvalidInputException(
          "--signature: names a signature of --inception, which is missing");
    }
    if (!options.has("save-stats")) {
      return;
    }
    Path file = options.path("save-stats");
    if (!file.toString().endsWith(".npz") || Files.isDirectory(file)) {
      throw new InvalidInputException(
          "--save-stats " + file + ": give the name of a file that ends in .npz");
    }
    options.output("save-stats").requireFile();
    if (!options.has("inception") && !options.has(FidMerged.OPTION)) {
      throw new InvalidInputException(
          "--save-stats: requires --inception, the network to measure the statistics with");
    }
  }

  // Loading a model, or looking through images, takes long.
  private static void checkNetwork(CommandLine options, Set<Metric> metrics) throws IOException {
    if (options.has("inception")) {
      FeatureProgram.require(options.path("inception"));
      return;
    }
    boolean needed = FidSource.needsNetwork(FidSource.GENERATED, options, metrics);
    needed |= FidSource.needsNetwork(FidSource.REFERENCE, options, metrics);
    if (needed) {
      throw FidPass.networkMissing();
    }
  }

  private static Optional<FeatureProgram> network(CommandLine options, Set<Metric> metrics)
      throws IOException {
    if (!options.has("inception")) {
      return Optional.empty();
    }
    return Optional.of(
        FidPass.load(
            options.path("inception"),
            options.text("signature").orElse(Signature.FEATURES.name()),
            metrics));
  }

  private static Optional<FidSource> source(String side, CommandLine options, Set<Metric> metrics)
      throws IOException {
    if (options.has(side)) {
      return Optional.of(FidSource.open(side, options, metrics));
    }
    if (side.equals(FidSource.GENERATED) && options.has(FidMerged.OPTION)) {
      FidSource.refuseAbsent(side, options);
      return Optional.of(FidMerged.open(options.texts(FidMerged.OPTION)));
    }
    FidSource.refuseAbsent(side, options);
    return Optional.empty();
  }

  private static void check(
      CommandLine options,
      FidPass pass,
      @Nullable FidSource generated,
      @Nullable FidSource reference)
      throws IOException {
    FidSource.check(pass, generated, reference);
    if (options.has("save-stats")) {
      refuseStatistics(reference == null ? generated : reference);
    }
  }

  private static void refuseStatistics(@Nullable FidSource saved) {
    if (saved instanceof FidStatistics statistics) {
      throw new InvalidInputException(
          "--save-stats: --%s %s is statistics already; copy that file, or give the images"
              .formatted(statistics.side(), statistics.path()));
    }
  }

  private static void save(
      CommandLine options,
      FidPass pass,
      @Nullable FidSource generated,
      Map<String, Side> sides,
      PrintStream err)
      throws IOException {
    if (!options.has("save-stats")) {
      return;
    }
    Path file = options.path("save-stats");
    String saved =
        sides.containsKey(FidSource.REFERENCE) ? FidSource.REFERENCE : FidSource.GENERATED;
    StatisticsFile.write(
        file,
        Objects.requireNonNull(sides.get(saved)).features().fit(),
        generated instanceof FidMerged merged && pass.network().isEmpty()
            ? merged.extractor()
            : pass.extractor().fingerprint());
    err.println("statistics of --" + saved + " written to " + file);
  }
}
