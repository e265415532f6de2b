package org.couplet.io;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How this process was called, for hints that can be pasted into a shell. The launcher names itself
 * in the property {@code couplet.command} and its installation in {@code couplet.home}.
 *
 * @param command what to type to call Couplet again
 * @param home the folder with {@code configs} and {@code tools}, where it is known
 */
public record Invocation(String command, Optional<Path> home) {
  private static final String USUAL_NAME = "couplet";
  private static final String PLAIN = "[A-Za-z0-9_@%+=:,./-]+";

  /** That of this process. */
  public static Invocation ofProcess() {
    return of(System.getProperty("couplet.command"), System.getProperty("couplet.home"));
  }

  static Invocation of(@Nullable String command, @Nullable String home) {
    return new Invocation(
        command == null || command.isEmpty() ? USUAL_NAME : quoted(command),
        Optional.ofNullable(home).filter(folder -> !folder.isEmpty()).map(Path::of));
  }

  /** A command line with some arguments, each quoted if the shell would change it. */
  public String line(Object... arguments) {
    return command
        + Arrays.stream(arguments)
            .map(argument -> " " + quoted(String.valueOf(argument)))
            .collect(Collectors.joining());
  }

  /**
   * A file that is shipped with Couplet, such as {@code tools/fetch-cifar10.sh}, as a shell takes
   * it: relative where the working directory has it.
   */
  public String shipped(String file) {
    return quoted(find(file).toString());
  }

  /** The same file or folder: in the working directory, or else in the installation. */
  public Path find(String file) {
    Path here = Path.of(file);
    return Files.exists(here)
        ? here
        : home.map(folder -> folder.resolve(file)).filter(Files::exists).orElse(here);
  }

  /** A word as a POSIX shell takes it. */
  public static String quoted(String word) {
    return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
