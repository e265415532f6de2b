package org.couplet.io;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where progress and complaints go. The launcher filters the process's own error stream, as the
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

  /** The link that, on Linux, says what the stream is: a terminal's device, a pipe, a file. */
  public static Path link() {
    return link(System.getProperty(PROPERTY));
  }

  private static Path link(@Nullable String named) {
    return named == null ? OWN : Path.of("/proc/self/fd").resolve(Path.of(named).getFileName());
  }
}
