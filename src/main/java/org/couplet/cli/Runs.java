package org.couplet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.program.Contract;
import org.couplet.run.RunFolder;
import org.couplet.run.TrainedModel;

/** What several commands ask of a run's folder. */
final class Runs {
  private Runs() {}

  /** The experiment of a run that was begun. */
  static Experiment experiment(RunFolder run) throws IOException {
    if (!run.isBegun() && TrainedModel.isIn(run.root())) {
      throw new InvalidInputException(
          "--run " + run.root() + ": is a SavedModel, not a run; give the folder of a run");
    }
    if (!run.isBegun()) {
      throw new InvalidInputException(
          "--run "
              + run.root()
              + ": no run is there (config.textproto is missing); give a folder that `couplet train`"
              + " made");
    }
    return ExperimentFile.load(run.config(), List.of());
  }

  /**
   * Requires something else than a run.
   *
   * @param remedy what to give instead
   */
  static void refuseRun(Path model, String remedy) {
    if (new RunFolder(model).isBegun()) {
      throw new InvalidInputException(
          "--model " + model + ": is a run, not a SavedModel; give " + remedy);
    }
  }

  /** The experiment that a SavedModel carries. */
  static Experiment experimentOf(Path model, List<String> overrides) throws IOException {
    Path file = model.resolve(Contract.EXTRA_FOLDER).resolve(Contract.EXPERIMENT_FILE);
    refuseRun(model, "--config " + new RunFolder(model).config());
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "--model "
              + model
              + ": no program of `couplet build` is there ("
              + Contract.EXTRA_FOLDER
              + "/"
              + Contract.EXPERIMENT_FILE
              + " is missing)");
    }
    return ExperimentFile.load(file, overrides);
  }
}
