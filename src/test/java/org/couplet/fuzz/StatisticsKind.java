package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.StatisticsFile;

/** Statistics of features. */
final class StatisticsKind {
  private static final String EXTRACTOR = "0123456789abcdef".repeat(4);

  private StatisticsKind() {}

  static Kind make(Path scratch) throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("statistics"));
    Path other = folder.resolve("other.npz");
    StatisticsFile.write(other, fit(2), EXTRACTOR);
    Path file = folder.resolve("damaged.npz");
    StatisticsFile.write(file, fit(1), EXTRACTOR);
    byte[] sound = Files.readAllBytes(file);
    String expected = compare(file, other).out();
    return new Kind(
        "statistics",
        List.of(sound),
        oneOf(ofBytes(), Containers.inZip(ofBytes())),
        input -> {
          Files.write(file, input.bytes());
          CommandRun run = compare(file, other);
          boolean silent =
              run.code() == ExitCode.DONE
                  && !input.isCoherent()
                  && !fid(run.out()).equals(fid(expected));
          return new Kind.Outcome(
              run, silent ? Optional.of("another distance in silence") : Optional.empty());
        });
  }

  private static CommandRun compare(Path one, Path other) {
    return CommandRun.of("fid", "--generated", one, "--reference", other);
  }

  private static String fid(String out) {
    return out.lines().filter(line -> line.startsWith("fid")).findFirst().orElse("none");
  }

  private static GaussianFit fit(int seed) {
    double[] covariance = {2 + seed, 0.5, 0, 0.5, 1, 0.1, 0, 0.1, 3};
    return new GaussianFit(100, new double[] {seed, 1, -1}, covariance);
  }
}
