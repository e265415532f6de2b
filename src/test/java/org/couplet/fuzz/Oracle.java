package org.couplet.fuzz;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;

/** What every command must keep, whatever its input is. */
final class Oracle {
  private static final int MOST_LINES = 3;
  private static final int MOST_COLUMNS = 2_100;
  private static final List<String> CONFESSIONS =
      List.of("fault of couplet", "Exception", "\tat ", "java.", "com.google");
  private static final Pattern NULL = Pattern.compile(": null(;|$)", Pattern.MULTILINE);
  private static final Pattern COUNTED = Pattern.compile("(skipped|left out|not read)\\b");

  private Oracle() {}

  /** What a run did that it must not do. */
  static Optional<String> fault(CommandRun run) {
    String said = run.out() + run.err();
    if (run.code() != ExitCode.DONE && run.code() != ExitCode.BAD_INPUT) {
      return Optional.of("exit code " + run.code());
    }
    if (run.code() == ExitCode.BAD_INPUT && (run.err().isBlank() || lines(run) > MOST_LINES)) {
      return Optional.of(lines(run) + " lines for bad input");
    }
    if (NULL.matcher(said).find()) {
      return Optional.of("a reason of null");
    }
    Optional<String> confession = CONFESSIONS.stream().filter(said::contains).findFirst();
    if (confession.isPresent()) {
      return Optional.of("it says '" + confession.get().strip() + "'");
    }
    // A dry run prints configs as they are.
    if (run.err().lines().anyMatch(line -> line.length() > MOST_COLUMNS)) {
      return Optional.of("a line of more than " + MOST_COLUMNS + " characters");
    }
    return said.chars()
            .anyMatch(sign -> Character.isISOControl(sign) && sign != '\n' && sign != '\t')
        ? Optional.of("control characters")
        : Optional.empty();
  }

  // But for warnings of single files.
  private static long lines(CommandRun run) {
    return run.err().lines().filter(line -> !COUNTED.matcher(line).find()).count();
  }
}
