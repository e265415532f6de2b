package org.couplet.io;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where progress and error messages go. The launcher filters the process's own error stream, as the
 * native library writes notes there; it names the stream behind the filter in the property {@code
 * couplet.errorStream}.
 */
public final class ErrorStream {
  private static final String PROPERTY = "couplet.errorStream";
  private static final Path OWN = Path.of("/proc/self/fd/2");

  private ErrorStream() {}

  /**
   * Opens the stream behind the launcher's filter.
   *
   * @return the process's own error stream if there is no filter, or it can't be passed by (a
   *     socket, another user's terminal)
   */
  public static PrintStream open() {
    String named = System.getProperty(PROPERTY);
    if (named == null) {
      return System.err;
    }
    try {
      // To append, as opening must not empty what is there.
      return new PrintStream(new FileOutputStream(named, true), true, Charset.defaultCharset());
    } catch (FileNotFoundException e) {
      System.clearProperty(PROPERTY);
      return System.err;
    }
  }

  /** Whether the stream is a terminal that can redraw a line. */
  @SuppressWarnings("SystemConsoleNull") // Linux asks the device; JDK 22 elsewhere always says yes.
  public static boolean isTerminal() {
    return isTerminal(
        System.getenv("TERM"), link(System.getProperty(PROPERTY)), System.console() != null);
  }

  /**
   * The same from its clues.
   *
   * @param term the kind of terminal, as the environment says
   * @param stream a link to what the stream is, where the system has such a thing
   * @param console whether Java found a console, which says the same of input and output only
   */
  static boolean isTerminal(@Nullable String term, Path stream, boolean console) {
    if ("dumb".equals(term)) {
      return false;
    }
    try {
      String device = Files.readSymbolicLink(stream).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return console;
    }
  }

  // On Linux it names a terminal's device, a pipe or a file.
  private static Path link(@Nullable String named) {
    return named == null ? OWN : Path.of("/proc/self/fd").resolve(Path.of(named).getFileName());
  }
}
