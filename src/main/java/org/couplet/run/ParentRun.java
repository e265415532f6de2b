package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.config.Aspect;
import org.couplet.config.ElementShape;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.NetworkConfig;
import org.couplet.io.ContentHash;
import org.couplet.io.InvalidInputException;
import org.couplet.program.TrainingProgram;

/**
 * A run that another one begins with.
 *
 * @param field the config's field that names the run
 * @param folder of the run
 * @param choice of its checkpoints
 * @param use what is taken of it
 */
public record ParentRun(String field, RunFolder folder, CheckpointChoice choice, Use use) {
  /** What is taken of a parent's checkpoint. */
  public enum Use {
    /** Its averages, as the initial weights. */
    START,
    /** All that fits: weights, averages, slots, step. */
    CONTINUE,
    /** Its averages, as the score model to distil. */
    SCORE
  }

  private static final Pattern AT_STEP = Pattern.compile("(.+)@(\\d{1,18})");

  /** The runs that an experiment names. */
  public static List<ParentRun> of(Experiment experiment) {
    List<ParentRun> parents = new ArrayList<>();
    if (!experiment.getRun().getStartFrom().isBlank()) {
      parents.add(of("run.start_from", experiment.getRun().getStartFrom(), Use.START));
    }
    if (!experiment.getRun().getContinueFrom().isBlank()) {
      parents.add(of("run.continue_from", experiment.getRun().getContinueFrom(), Use.CONTINUE));
    }
    if (experiment.getConsistency().getCoupling().hasPfOde()) {
      String run = experiment.getConsistency().getCoupling().getPfOde().getRun();
      parents.add(of("consistency.coupling.pf_ode.run", run, Use.SCORE));
    }
    return parents;
  }

  private static ParentRun of(String field, String named, Use use) {
    Matcher atStep = AT_STEP.matcher(named);
    // A folder may be called so itself.
    return atStep.matches() && !Files.exists(Path.of(named))
        ? new ParentRun(
            field,
            new RunFolder(Path.of(atStep.group(1))),
            new CheckpointChoice(false, OptionalLong.of(Long.parseLong(atStep.group(2)))),
            use)
        : new ParentRun(field, new RunFolder(Path.of(named)), CheckpointChoice.NEWEST, use);
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
    if (use == Use.SCORE) {
      checkScore(parent, child);
    }
    if (use == Use.CONTINUE) {
      checkState(parent, child);
    }
  }

  private void checkScore(Experiment parent, Experiment child) {
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

  private void checkState(Experiment parent, Experiment child) {
    String remedy = "; make them the same, or take its averages alone with run.start_from";
    if (!child.getRun().getStartFrom().isBlank()) {
      throw refusal("run.start_from is given, too; give one of them");
    }
    var algorithm = child.getOptimizer().getAlgorithmCase();
    if (parent.getOptimizer().getAlgorithmCase() != algorithm) {
      throw refusal(
          "its optimizer is "
              + parent.getOptimizer().getAlgorithmCase()
              + ", not "
              + algorithm
              + remedy);
    }
    if (child.getConsistency().getCoupling().hasPfOde()
        && !parent.getConsistency().getCoupling().hasPfOde()) {
      throw refusal("it distils no score model, but this run does" + remedy);
    }
  }

  /** Steps that this run has completed when it begins: those of a parent that it goes on from. */
  public long firstStep() throws IOException {
    return use == Use.CONTINUE ? Checkpoints.step(checkpoint()) : 0;
  }

  /**
   * Copies what is taken of a checkpoint into a program.
   *
   * @return what the run's history is to say of it
   */
  public Map<String, Object> initialize(TrainingProgram program) throws IOException {
    Path checkpoint =
        folder.read(
            choice,
            prefix -> {
              switch (use) {
                case START -> program.startFrom(prefix);
                case CONTINUE -> program.restore(prefix);
                case SCORE -> program.loadScore(prefix);
              }
            });
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("field", field);
    facts.put("run", folder.root().toString());
    facts.put("step", Checkpoints.step(checkpoint));
    // It has the checksums of all values.
    facts.put("index_sha256", ContentHash.of(Checkpoints.index(checkpoint)));
    return facts;
  }

  private Path checkpoint() throws IOException {
    try {
      return folder.checkpoint(choice);
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
