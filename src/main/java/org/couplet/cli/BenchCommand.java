package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
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
    return "time training steps with several batch sizes, precisions or numbers of threads";
  }

  private static CommandLine options() {
    CommandLine options =
        new CommandLine(
                "bench",
                "couplet bench --config configs/cifar10_ic.textproto --batch 4,16 --threads 2")
            .about(
                "Times every combination of the lists in a process of its own, with random images of"
                    + " the config's size. The columns of the table:")
            .entry("ms/step", "median time of a step, with the minimum and the maximum")
            .entry("GFLOP/s", "speed, counted with the operations of direct convolutions")
            .entry("of peak", "GFLOP/s divided by --peak")
            .entry("compile s", "how much longer the first step took than the median")
            .entry("waits", "share of the time that steps waited for their batch")
            .entry("CPU s/step", "processor time of all threads")
            .entry("system", "share of that time in the kernel: system calls and page faults")
            .entry("faults/step", "minor page faults")
            .entry("major", "page faults per step that waited for a disk")
            .about("Output of native libraries (ONEDNN_VERBOSE=1) goes to the error stream.")
            .required("config", "F", "the experiment, a .textproto file; its data is not needed")
            .repeatable("set", "path=value", "override one field of the config");
    return BenchCase.declare(options)
        .optional("warmup", "N", "steps before the timed ones; default: 2")
        .optional("steps", "N", "timed steps; default: 10")
        .optional(
            "peak",
            "GFLOPS",
            "peak speed of the machine; default: cores x clock x float32 operations per cycle (64"
                + " with AVX-512, 32 with AVX2 or on Zen 4: two multiply-add units)")
        .flag("json", "print one JSON object with every step's time")
        .optional(
            "trace",
            "F.json",
            "write the timeline of one more step for chrome://tracing or Perfetto; for a single"
                + " combination")
        .overwrite("the file of --trace");
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
      // Before minutes are spent on what could not be written.
      options.output("trace").requireFile();
    }
    Bench bench =
        new Bench(
            cases,
            options.number("warmup", 0, MOST_STEPS).orElse(2),
            options.number("steps", 1, MOST_STEPS).orElse(10),
            trace,
            SelfTests.wanted(options, err));
    Optional<Double> peak =
        options.one("peak", BenchCommand::gigaflops, "a number of GFLOP/s above 0");
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

  private static void report(
      BenchReport report, Bench bench, CommandLine options, PrintStream out) {
    if (options.has("json")) {
      out.println(Json.GSON.toJson(report.numbers(options.texts("set"), bench.failures())));
    } else {
      report.print(out);
    }
  }

  private static double gigaflops(String text) {
    double gigaflops = Double.parseDouble(text);
    if (gigaflops > 0 && Double.isFinite(gigaflops)) {
      return gigaflops;
    }
    throw new IllegalArgumentException();
  }
}
