package org.couplet.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.couplet.config.Aspect;
import org.couplet.config.ElementShape;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.NetworkConfig;
import org.couplet.io.InvalidInputException;
import org.couplet.program.TrainingProgram;

/**
 * A run whose averaged weights another one begins with: as its own, or as the score model that it
 * distils.
 *
 * @param field the config's field that names the run
 * @param folder of the run
 * @param isScore whether it is distilled
 */
public record ParentRun(String field, RunFolder folder, boolean isScore) {
  /** The runs that an experiment names. */
  public static List<ParentRun> of(Experiment experiment) {
    List<ParentRun> parents = new ArrayList<>();
    if (!experiment.getRun().getStartFrom().isBlank()) {
      parents.add(
          new ParentRun(
              "run.start_from", new RunFolder(Path.of(experiment.getRun().getStartFrom())), false));
    }
    if (experiment.getConsistency().getCoupling().hasPfOde()) {
      parents.add(
          new ParentRun(
              "consistency.coupling.pf_ode.run",
              new RunFolder(Path.of(experiment.getConsistency().getCoupling().getPfOde().getRun())),
              true));
    }
    return parents;
  }

  /**
   * Requires a parent that exists, has a checkpoint and fits.
   *
   * @param child the experiment that names it
   */
  public void check(Experiment child) throws IOException {
    if (!folder.isBegun()) {
      throw refusal("no run is there; train it first, or name another");
    }
    Experiment parent = ExperimentFile.load(folder.config(), List.of());
    checkpoint();
    if (!weights(parent).equals(weights(child))
        || !ElementShape.of(parent.getDataset()).equals(ElementShape.of(child.getDataset()))) {
      throw refusal("its network or the size of its images differs; make them the same");
    }
    if (isScore) {
      if (!parent.hasScore()) {
        throw refusal("is a consistency model; name the run of a score model");
      }
      if (parent.getScore().getSigmaData() != child.getConsistency().getSigmaData()) {
        throw refusal(
            "its sigma_data is "
                + parent.getScore().getSigmaData()
                + ", not "
                + child.getConsistency().getSigmaData()
                + "; make them the same");
      }
    }
  }

  /** Copies the averages of its newest checkpoint into a program. */
  public void initialize(TrainingProgram program) throws IOException {
    if (isScore) {
      program.loadScore(checkpoint());
    } else {
      program.startFrom(checkpoint());
    }
  }

  private Path checkpoint() throws IOException {
    try {
      return folder.newestCheckpoint();
    } catch (InvalidInputException e) {
      throw new InvalidInputException(field + ": " + e.getMessage(), e);
    }
  }

  private InvalidInputException refusal(String problem) {
    return new InvalidInputException(field + ": " + folder.root() + ": " + problem);
  }

  private static NetworkConfig weights(Experiment experiment) {
    return Aspect.WEIGHTS.of(experiment.getNetwork());
  }
}
