package org.couplet.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.ChangedField;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.run.RunFolder;
import org.couplet.run.TrainedModel;

/** What several commands ask of a run's folder. */
public final class Runs {
  private Runs() {}

  /** The experiment of a run that was begun. */
  public static Experiment experiment(RunFolder run) throws IOException {
    if (!run.isBegun() && TrainedModel.isIn(run.root())) {
      throw new InvalidInputException(
          "--run " + run.root() + ": is a SavedModel, not a run; give the folder of a run");
    }
    if (!run.isBegun()) {
      throw new InvalidInputException(
          "--run "
              + run.root()
              + ": no run is there (config.textproto is missing); give a folder that `couplet train`"
              + " made"
              + run.nearby());
    }
    Experiment own = ExperimentFile.load(run.config(), List.of());
    Path carried = carried(run.program());
    if (Files.isRegularFile(carried)) {
      requireBuilt(run, own, ExperimentFile.load(carried, List.of()));
    }
    return own;
  }

  // Its program can't follow an edit of its config.
  private static void requireBuilt(RunFolder run, Experiment own, Experiment built) {
    List<ChangedField> edited =
        ChangedField.between(TrainingAssembly.builtIn(built), TrainingAssembly.builtIn(own));
    if (!edited.isEmpty()) {
      throw new InvalidInputException(
          run.config()
              + ": edited: "
              + TrainSettings.describe(edited)
              + ": is built into "
              + run.program()
              + "; put the old value back, or begin another run with the new one");
    }
  }

  private static Path carried(Path model) {
    return model.resolve(Contract.EXTRA_FOLDER).resolve(Contract.EXPERIMENT_FILE);
  }

  /**
   * Requires something else than a run.
   *
   * @param remedy what to give instead
   */
  public static void refuseRun(Path model, String remedy) {
    if (new RunFolder(model).isBegun()) {
      throw new InvalidInputException(
          "--model " + model + ": is a run, not a SavedModel; give " + remedy);
    }
  }

  /** The experiment that a SavedModel carries. */
  public static Experiment experimentOf(Path model, List<String> overrides) throws IOException {
    Path file = carried(model);
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
