package org.couplet.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.command.CommandLine;
import org.couplet.command.Shard;
import org.couplet.io.InvalidInputException;

/** {@code couplet fid --shard}: one shard of the generated images, measured into a file. */
public final class FidShards {
  private FidShards() {}

  /** Declares the options of shards and of merging them. */
  public static CommandLine declare(CommandLine options) {
    return options
        .optional(
            Shard.OPTION,
            "I/N",
            "measure only shard I of the N shards of --generated into --output; I is 0 to N - 1")
        .optional("output", "F.npz", "where --shard writes what it measured")
        .several(
            FidMerged.OPTION,
            "F.npz",
            "in place of --generated: the files that all N shards have written, in any order")
        .or(FidSource.GENERATED, Shard.OPTION)
        .or(FidMerged.OPTION, FidSource.REFERENCE)
        .or(FidMerged.OPTION, "save-stats")
        .or(FidMerged.OPTION, "metrics");
  }

  /** Whether a shard is to be measured. */
  public static boolean isAsked(CommandLine options) {
    return Shard.of(options).isPresent();
  }

  /** Rejects options that do not go together, before any work. */
  public static void check(CommandLine options) {
    if (options.has(FidMerged.OPTION)) {
      refuse(options, FidMerged.OPTION, List.of(FidSource.GENERATED, Shard.OPTION, "tune-sigmas"));
    }
    if (!isAsked(options)) {
      if (options.has("output")) {
        throw new InvalidInputException(
            "--output: is for --shard; use --save-stats for statistics");
      }
      return;
    }
    refuse(
        options,
        Shard.OPTION,
        List.of(FidSource.REFERENCE, "save-stats", SigmaTuningOutput.OPTION, "json"));
    for (String needed : List.of("output", "inception")) {
      if (!options.has(needed)) {
        throw new InvalidInputException("--shard: --" + needed + " is missing");
      }
    }
    Path file = options.path("output");
    if (!file.toString().endsWith(".npz") || Files.isDirectory(file)) {
      throw new InvalidInputException(
          "--output " + file + ": give the name of a file that ends in .npz");
    }
    options.output("output").requireFile();
  }

  private static void refuse(CommandLine options, String option, List<String> others) {
    for (String other : others) {
      if (options.has(other)) {
        throw new InvalidInputException(
            "--" + other + ": does not go with --" + option + "; leave one of them out");
      }
    }
  }

  /** Measures the shard and writes its file. */
  public static void run(CommandLine options, FidPass pass, FidSource generated, PrintStream out)
      throws IOException {
    Path file = options.path("output");
    FidSource.Part part = generated.part(pass);
    ShardFile.write(file, part.header(), part.features());
    Shard shard = Shard.of(options).orElseThrow();
    out.println(
        "shard %s: %d images measured, written to %s".formatted(shard, part.header().rows(), file));
  }
}
