package org.couplet.forecast;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Dataset;
import org.couplet.data.MissingImages;
import org.couplet.io.InvalidInputException;
import org.couplet.run.RunFolder;

/** What {@code couplet train} would do, which of its files are missing, and whether it fits. */
public final class DryRun {
  private final boolean wanted;
  private final List<String> missing = new ArrayList<>();
  private final List<String> tooLarge = new ArrayList<>();

  /** Checks that something is there and fits. */
  @FunctionalInterface
  public interface Check {
    /** Throws {@link InvalidInputException} if it is not or does not. */
    void run() throws IOException;
  }

  /**
   * @param wanted whether {@code --dry-run} was given; otherwise nothing may be missing
   */
  public DryRun(boolean wanted) {
    this.wanted = wanted;
  }

  /** Whether nothing is to be trained. */
  public boolean isWanted() {
    return wanted;
  }

  /** Checks an input; a dry run goes on without one that is not there. */
  public void check(boolean isThere, Check check) throws IOException {
    check(isThere, check, missing);
  }

  /** Checks that this machine is large enough; a dry run goes on, as another one may be. */
  public void checkSize(Check check) throws IOException {
    check(false, check, tooLarge);
  }

  private void check(boolean mustHold, Check check, List<String> notes) throws IOException {
    try {
      check.run();
    } catch (InvalidInputException e) {
      if (mustHold || !wanted) {
        throw e;
      }
      notes.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Prints the experiment, what it would take, and what is missing.
   *
   * @param forecast of this experiment and run
   * @param run may be empty
   * @param stopAt the step at which it would end
   * @param left steps until then
   */
  public void print(
      Experiment experiment,
      Forecast forecast,
      RunFolder run,
      long stopAt,
      long left,
      PrintStream out)
      throws IOException {
    out.print(ExperimentFile.print(experiment));
    if (MissingImages.of(experiment.getDataset()).isEmpty()) {
      try (Dataset dataset = Dataset.open(experiment.getDataset())) {
        out.println("# data: " + dataset.size() + " elements of shape " + dataset.elementShape());
      }
    }
    forecast.facts(experiment, left).forEach(fact -> out.println("# " + fact));
    forecast.warnings(experiment, left).forEach(warning -> out.println("# " + warning));
    out.println(
        "# would train to step "
            + stopAt
            + " of "
            + experiment.getRun().getSteps()
            + " in "
            + run.root());
    missing.forEach(line -> out.println("# missing: " + line));
    tooLarge.forEach(line -> out.println("# too large for this machine: " + line));
  }
}
