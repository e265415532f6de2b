package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Dataset;
import org.couplet.run.RunFolder;

/** What {@code couplet train} would do. */
final class DryRun {
  private DryRun() {}

  static void print(Experiment experiment, RunFolder run, long stopAt, PrintStream out)
      throws IOException {
    out.print(ExperimentFile.print(experiment));
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      out.println("# data: " + dataset.size() + " elements of shape " + dataset.elementShape());
    }
    long parameters = TrainingAssembly.parameters(experiment);
    long checkpoint = TrainingAssembly.stateValues(experiment) * Float.BYTES;
    out.printf(
        "# network: %,d parameters; a checkpoint takes %,d MB%n", parameters, checkpoint >> 20);
    out.println(
        "# would train to step "
            + stopAt
            + " of "
            + experiment.getRun().getSteps()
            + " in "
            + run.root());
  }
}
