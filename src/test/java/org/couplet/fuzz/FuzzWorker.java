package org.couplet.fuzz;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;

/**
 * Reads damaged files, one after another: a process of its own, which may hang or die. Each line of
 * its input names a kind and a seed; each line of its output is the exit code and what was wrong.
 */
final class FuzzWorker {
  private final Path scratch;
  private final Kinds kinds;

  private FuzzWorker(Path scratch) {
    this.scratch = scratch;
    this.kinds = new Kinds(scratch);
  }

  /**
   * Answers kinds and seeds, a line each.
   *
   * @param arguments a folder for files; then, to repeat one trial by hand, a kind and a seed
   */
  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    FuzzWorker worker = new FuzzWorker(Files.createDirectories(Path.of(arguments[0])));
    if (arguments.length > 2) {
      answers.println(worker.answer(arguments[1], Long.parseLong(arguments[2])));
      answers.println(Files.readString(worker.said()));
      return;
    }
    // Nothing else may print among the answers.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 2);
      answers.println(worker.answer(words[0], Long.parseLong(words[1])));
    }
  }

  private Path said() {
    return scratch.resolve("said");
  }

  private String answer(String name, long seed) throws Exception {
    Kind kind;
    try {
      kind = kinds.get(name);
    } catch (IllegalStateException e) {
      return "-1 sound file: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }
    Damage.Damaged input = kind.input(seed);
    Files.write(scratch.resolve("input"), input.bytes());
    Files.writeString(said(), "");
    Kind.Outcome outcome;
    try {
      outcome = kind.reader().read(input);
    } catch (Error e) {
      // A process would end with it.
      outcome =
          new Kind.Outcome(
              new CommandRun(ExitCode.FAILED, "", String.valueOf(e)), Optional.of("throws " + e));
    }
    Kind.Outcome found = outcome;
    Optional<String> fault = Oracle.fault(outcome.run()).or(found::fault);
    Files.writeString(said(), outcome.run().out() + outcome.run().err());
    return outcome.run().code() + " " + fault.orElse("").replaceAll("\\s+", " ");
  }
}
