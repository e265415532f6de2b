package org.couplet.command;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.couplet.io.FileFailure;
import org.couplet.io.FileFailure.Doing;
import org.jspecify.annotations.Nullable;

/** The process's standard output, whose failures {@link PrintStream} would hide. */
public final class StandardOutput {
  private static final Path NAME = Path.of("standard output");
  private static final String CLOSED_PIPE = "Broken pipe";
  // Fewer writes of long tables.
  private static final int BUFFER = 1 << 13;

  private final PrintStream stream;
  private @Nullable IOException failure;

  /** The process's own. */
  public StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream out) {
    OutputStream watched =
        new FilterOutputStream(out) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
              out.write(bytes, offset, length);
            } catch (IOException e) {
              failure = failure == null ? e : failure;
              throw e;
            }
          }
        };
    stream = new PrintStream(new BufferedOutputStream(watched, BUFFER), true, encoding());
  }

  // A terminal may have one of its own.
  private static Charset encoding() {
    String named = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
    return named == null ? Charset.defaultCharset() : Charset.forName(named);
  }

  /** Where to print. */
  public PrintStream stream() {
    return stream;
  }

  /**
   * What a process exits with after its command has. A reader that has closed the pipe has enough;
   * any other failure gets a line.
   */
  public int exitCode(int code, PrintStream err) {
    stream.flush();
    if (failure == null || code != ExitCode.DONE) {
      return code;
    }
    if (String.valueOf(failure.getMessage()).contains(CLOSED_PIPE)) {
      return ExitCode.CLOSED_PIPE;
    }
    err.println("couplet: " + FileFailure.of(Doing.WRITE, NAME, failure).getMessage());
    return ExitCode.FAILED;
  }
}
