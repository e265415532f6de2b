package org.couplet.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.couplet.command.CommandLine;
import org.couplet.command.SamplingOptions;
import org.couplet.io.InvalidInputException;
import org.couplet.report.Json;
import org.couplet.sampling.SampleLevels;
import org.jspecify.annotations.Nullable;

/** {@code couplet fid --tune-sigmas}: which noise levels to sample at. */
public final class SigmaTuningOutput {
  /** The option that asks for it. */
  public static final String OPTION = "tune-sigmas";

  private SigmaTuningOutput() {}

  /** Rejects options that do not go together, before any work. */
  public static void check(CommandLine options) {
    if (!options.has(OPTION)) {
      return;
    }
    for (String side : List.of(FidSource.GENERATED, FidSource.REFERENCE)) {
      if (!options.has(side)) {
        throw new InvalidInputException("--" + OPTION + ": --" + side + " is missing");
      }
    }
    for (String other : List.of("metrics", "save-stats", "sigmas")) {
      if (options.has(other)) {
        throw new InvalidInputException(
            "--" + other + ": does not go with --" + OPTION + "; leave one of them out");
      }
    }
    steps(options);
  }

  private static int steps(CommandLine options) {
    return SigmaTuning.steps(SamplingOptions.of(options).steps().orElse(2));
  }

  /** Searches, and prints what was found: the last line is the option to use. */
  public static void run(
      CommandLine options,
      FidPass pass,
      @Nullable FidSource generated,
      @Nullable FidSource reference,
      PrintStream out)
      throws IOException {
    FidSource model = Objects.requireNonNull(generated);
    SigmaTuning.check(model);
    SigmaTuning.Result found =
        SigmaTuning.run(
            pass, model, Objects.requireNonNull(reference).measure(pass), steps(options));
    if (options.has("json")) {
      out.println(Json.GSON.toJson(found.numbers()));
      return;
    }
    print("one step", found.oneStep(), found, out);
    print("usual levels", found.usual(), found, out);
    print("best found", found.best(), found, out);
    out.println("--sigmas " + SampleLevels.text(found.best().sigmas()));
  }

  private static void print(
      String name, SigmaTuning.Trial trial, SigmaTuning.Result found, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%-18s %-24s %.6g (%d samples)%n",
        name,
        "sigma " + SampleLevels.text(trial.sigmas()),
        trial.distance(),
        found.count());
  }
}
