package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.bench.Bench;
import org.couplet.bench.BenchCase;
import org.couplet.bench.BenchReport;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.SelfTests;
import org.couplet.io.InvalidInputException;
import org.couplet.report.Json;

/** {@code couplet bench}: how fast an experiment's training step is here. */
final class BenchCommand implements Command {
  private static final int MOST_STEPS = 1_000_000;

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public String summary() {
    return "time an experiment's training step, for several batch sizes, threads and the like";
  }

  private static CommandLine options() {
    CommandLine options =
        new CommandLine(
                "couplet bench --config F [--set path=value]... [--batch N,...] [--precision P,...]"
                    + " [--xla X,...] [--threads N,...] [--warmup N] [--steps N] [--peak GFLOPS]"
                    + " [--json] [--trace F.json]",
                "couplet bench --config configs/cifar10_ic.textproto --batch 4,16 --threads 2")
            .about(
                "Every combination of the lists is measured in a process of its own, on random images"
                    + " of the config's size.\nIts columns: times are medians of steps, GFLOP/s those"
                    + " of direct convolutions; compile: what the first step took longer;\nwaits: the"
                    + " share of the time that steps waited for their batch; CPU s: processor seconds of"
                    + " all threads;\nsystem: the share of these in the kernel, for system calls and page"
                    + " faults; faults: minor page faults; major: those\nthat waited for a disk.\nWhat"
                    + " native libraries print (ONEDNN_VERBOSE=1) goes to the error stream.")
            .value("config", "F", "the experiment, a .textproto file; its data are not needed")
            .value("set", "path=value", "override one field; may be repeated");
    return BenchCase.declare(options)
        .value("warmup", "N", "steps before the timed ones; default 2")
        .value("steps", "N", "timed steps; default 10")
        .value(
            "peak",
            "GFLOPS",
            "what the machine can compute at most; default: cores x clock x flop a cycle in"
                + " float32, 32 with AVX2 (or AVX-512 on Zen 4), 64 with AVX-512, as of two"
                + " multiply-add units a core")
        .flag("json", "print one JSON object with every step's time")
        .value(
            "trace", "F.json", "write one more step's timeline, for chrome://tracing or Perfetto");
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws IOException {
    CommandLine options = SelfTests.declare(options());
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    List<BenchCase> cases = BenchCase.of(options);
    Optional<Path> trace = options.text("trace").map(Path::of);
    if (trace.isPresent() && cases.size() > 1) {
      throw new InvalidInputException(
          "--trace: is of one combination, but %d are asked for; give one value each"
              .formatted(cases.size()));
    }
    if (trace.isPresent()) {
      checkTrace(trace.get().toAbsolutePath());
    }
    Bench bench =
        new Bench(
            cases,
            (int) Math.min(options.number("warmup", 0, 2), MOST_STEPS),
            (int) Math.min(options.number("steps", 1, 10), MOST_STEPS),
            trace,
            SelfTests.wanted(options, err));
    Optional<Double> peak = options.text("peak").map(BenchCommand::gigaflops);
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          bench.run(err, interrupt::requested);
          report(new BenchReport(bench.results(), peak), bench, options, out);
          return interrupt.requested()
              ? ExitCode.INTERRUPTED
              : bench.failures().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        });
  }

  // Before minutes are spent on what could not be written.
  private static void checkTrace(Path file) {
    if (Files.isDirectory(file)) {
      throw new InvalidInputException("--trace " + file + ": is a folder; name a file");
    }
    Path folder = file.getParent();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new InvalidInputException(
          "--trace " + file + ": " + folder + " is not a writable folder; name another");
    }
  }

  private static void report(
      BenchReport report, Bench bench, CommandLine options, PrintStream out) {
    if (options.has("json")) {
      out.println(Json.GSON.toJson(report.numbers(options.texts("set"), bench.failures())));
    } else {
      report.print(out);
    }
  }

  private static double gigaflops(String text) {
    try {
      double gigaflops = Double.parseDouble(text);
      if (gigaflops > 0 && Double.isFinite(gigaflops)) {
        return gigaflops;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number that is no peak is.
    }
    throw new InvalidInputException("--peak: '" + text + "' is not a number of GFLOP/s above 0");
  }
}
