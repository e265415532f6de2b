package org.couplet.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.couplet.io.AtomicFile;
import org.couplet.io.JavaCommand;
import org.jspecify.annotations.Nullable;

/**
 * One combination in a process of its own. Only so is its peak memory its own, and only so do its
 * threads count: TensorFlow makes its pools once a process.
 */
final class BenchProcess {
  private static final int KILLED = 128 + 9;
  // The pipe to this process becomes BenchWorker.OUTPUT, the standard output the error stream.
  private static final List<String> SWITCHED_STREAMS =
      List.of("sh", "-c", "exec \"$@\" 3>&1 1>&2", "sh");

  private BenchProcess() {}

  /**
   * What a combination's process reported.
   *
   * @param numbers by name: build_load_seconds, mu, num_levels and gpus; on Linux peak_memory_bytes
   *     and, of all timed steps together, user_seconds, system_seconds, minor_faults and
   *     major_faults; after a trace traced_ms
   * @param millis of each step, warm-up first
   * @param waitedMillis of each step, for its batch
   * @param operations of a traced step by type, the longest first; empty without a trace
   * @param failure what went wrong, if something did
   */
  record Outcome(
      Map<String, Double> numbers,
      List<Double> millis,
      List<Double> waitedMillis,
      List<TypeTime> operations,
      Optional<String> failure) {}

  /**
   * All operations of a type in one step.
   *
   * @param count of them
   * @param millis their sum; operations that overlap count each
   */
  record TypeTime(String type, long count, double millis) {}

  /**
   * Runs a combination. Other output of its process goes to this one's error stream.
   *
   * @param folder empty, for what the process writes
   * @param warmup steps before the timed ones
   * @param steps timed
   * @param trace file for the timeline of a further step
   * @param tested whether the self-test runs first
   * @param afterStep takes each step's milliseconds
   * @param interrupted asked after each step; true ends the process
   */
  static Outcome run(
      BenchCase benchCase,
      Path folder,
      int warmup,
      int steps,
      Optional<Path> trace,
      boolean tested,
      Consumer<Double> afterStep,
      BooleanSupplier interrupted)
      throws IOException, InterruptedException {
    AtomicFile.write(
        folder.resolve(BenchWorker.EXPERIMENT), ExperimentFile.print(benchCase.experiment()));
    List<String> command = new ArrayList<>(SWITCHED_STREAMS);
    command.addAll(JavaCommand.of(BenchWorker.class.getName()));
    command.addAll(
        List.of(
            folder.toString(),
            Integer.toString(warmup),
            Integer.toString(steps),
            Boolean.toString(tested)));
    trace.ifPresent(file -> command.add(file.toAbsolutePath().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    Optional<Outcome> outcome = Optional.empty();
    // Starts over with each remedy that the self-test names; it names none twice.
    while (outcome.isEmpty()) {
      outcome = attempt(builder, afterStep, interrupted);
      AtomicFile.delete(folder.resolve(StepBenchmark.PROGRAM));
    }
    return outcome.get();
  }

  private static Optional<Outcome> attempt(
      ProcessBuilder builder, Consumer<Double> afterStep, BooleanSupplier interrupted)
      throws IOException, InterruptedException {
    Process process = builder.start();
    try (BufferedReader lines = process.inputReader()) {
      Reading reading = new Reading();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (reading.take(line)) {
          afterStep.accept(reading.millis.get(reading.millis.size() - 1));
        }
        if (interrupted.getAsBoolean()) {
          break;
        }
      }
      if (interrupted.getAsBoolean()) {
        process.destroyForcibly();
      }
      int code = process.waitFor();
      if (reading.remedy.isEmpty() || interrupted.getAsBoolean()) {
        return Optional.of(reading.outcome(code));
      }
      builder.environment().putAll(reading.remedy);
      return Optional.empty();
    } finally {
      process.destroyForcibly();
    }
  }

  /** The lines as they come. */
  private static final class Reading {
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private final List<Double> millis = new ArrayList<>();
    private final List<Double> waitedMillis = new ArrayList<>();
    private final List<TypeTime> operations = new ArrayList<>();
    private final Map<String, String> remedy = new LinkedHashMap<>();
    private @Nullable String failure;

    /** Whether the line reported a step; lines that are not the worker's are ignored. */
    boolean take(String line) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "number" -> numbers.put(words[1], Double.valueOf(words[2]));
        case "step" -> {
          millis.add(Double.valueOf(words[1]));
          waitedMillis.add(Double.valueOf(words[2]));
          return true;
        }
        case "operation" ->
            operations.add(
                new TypeTime(words[1], Long.parseLong(words[2]), Double.parseDouble(words[3])));
        case "remedy" -> remedy.put(words[1], words[2]);
        case "failure" -> failure = line.substring("failure ".length());
        default -> {}
      }
      return false;
    }

    Outcome outcome(int code) {
      operations.sort(Comparator.comparingDouble(TypeTime::millis).reversed());
      if (code != ExitCode.DONE && failure == null) {
        failure =
            "its process ended with code "
                + code
                + (code == KILLED ? ": killed, probably out of memory" : "");
      }
      return new Outcome(numbers, millis, waitedMillis, operations, Optional.ofNullable(failure));
    }
  }
}
