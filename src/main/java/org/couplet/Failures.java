package org.couplet;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.couplet.command.Guard;
import org.couplet.io.FailureException;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;

/** What goes wrong, as the exceptions that this package promises. */
final class Failures {
  private Failures() {}

  interface Work<T> {
    T run() throws IOException;
  }

  static <T> T translated(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (InvalidInputException e) {
      // Messages begin with the option that a command has for the argument.
      throw new IllegalArgumentException(String.valueOf(e.getMessage()).replaceFirst("^--", ""), e);
    } catch (FailureException e) {
      throw new CoupletException(String.valueOf(e.getMessage()), e);
    } catch (FaultyKernelsException e) {
      throw new CoupletException(describe(e.report()), e);
    } catch (IOException e) {
      throw FileFailure.of(e);
    } catch (UncheckedIOException e) {
      throw FileFailure.of(e);
    } catch (RuntimeException e) {
      if (Guard.isOfTensorFlow(e)) {
        throw new CoupletException(Guard.describe(e), e);
      }
      throw e;
    }
  }

  private static String describe(Report report) {
    return "the self-test found %s (%s), so results would be wrong; %s"
        .formatted(
            report.describe(),
            report.machine().describe(),
            report
                .remedy()
                .map(remedy -> "start Java with " + remedy + " in its environment")
                .orElse("run on another machine"));
  }
}
