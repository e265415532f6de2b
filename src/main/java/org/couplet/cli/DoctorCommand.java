package org.couplet.cli;

import java.io.PrintStream;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Stage;
import org.couplet.doctor.Diagnosis;

/** {@code couplet doctor}: what this machine offers, and what to do about what is missing. */
final class DoctorCommand implements Command {
  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "check what this machine offers and advise on what is missing";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) {
    CommandLine options =
        new CommandLine("doctor", "couplet doctor")
            .flag(
                "thorough",
                "check operations with about 4,200 shapes, which takes minutes, and list all that are"
                    + " wrong");
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    boolean thorough = options.has("thorough");
    try (Stage stage = new Stage(err)) {
      stage.begin(
          thorough
              ? "checking operations of many shapes; this takes minutes"
              : "examining this machine");
      Diagnosis.of(thorough).print(out);
    }
    return ExitCode.DONE;
  }
}
