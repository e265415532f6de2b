package org.couplet.transfer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.bundle.CheckpointWriter;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.foreign.ForeignWeights;
import org.couplet.io.AtomicFile;
import org.couplet.io.ContentHash;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;
import org.couplet.run.Checkpoints;
import org.couplet.run.NewRun;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;
import org.tensorflow.ndarray.Shape;

/**
 * A model of another program as a run: its experiment, and its weights as the one checkpoint, whose
 * step is the run's last.
 *
 * <pre>{@code
 * try (ForeignWeights weights = ForeignWeights.open(file, Optional.empty())) {
 *   ForeignModel model = ForeignModel.of(file, weights, List.of());
 *   output.createFolder(folder -> model.writeRun(folder, () -> {}));
 * }
 * }</pre>
 */
public final class ForeignModel {
  private static final Pattern CONSISTENCY = Pattern.compile("E?C[MT]Precond");
  private static final Pattern DENOISER = Pattern.compile("EDMPrecond");
  private static final Pattern OTHERS = Pattern.compile("(VP|VE|iDDPM)Precond");
  private static final double SIGMA_DATA = 0.5;
  private static final int MOST_SIGNS = 1000;

  private final Path file;
  private final ForeignWeights weights;
  private final Experiment experiment;
  private final Map<String, Shape> variables;
  private final WeightMap map;
  private final List<String> notes = new ArrayList<>();

  private ForeignModel(Path file, ForeignWeights weights, List<String> overrides) {
    this.file = file;
    this.weights = weights;
    ForeignNetwork network = new ForeignNetwork(file, weights);
    String text =
        "name: \"%s\"\n".formatted(name(file))
            + network.config()
            + objective(overrides)
            + "\nrun { steps: 1 } evaluation { sample_every: 0 }";
    experiment = ExperimentFile.parse(file + " as a config", text, overrides);
    variables = TrainingAssembly.variables(experiment);
    map =
        WeightMap.of(
            file,
            WeightMap.weights(variables),
            weights.tensors(),
            network.prefix(),
            ResampleFilter.of(experiment));
    notes.addAll(network.remarks());
    notes.add(boundary());
    notes.add(
        "the data are not in the file: dataset.image_file.path is where training looks for them");
    map.leftOut().forEach(line -> notes.add("left out: " + line));
    // They have names out of the file, and become lines of a config.
    notes.replaceAll(ForeignModel::line);
  }

  /**
   * Finds the network of weights; nothing is written.
   *
   * @param overrides {@code path.to.field=value}, laid over the config
   * @throws InvalidInputException if it is none of Couplet's
   */
  public static ForeignModel of(Path file, ForeignWeights weights, List<String> overrides) {
    return new ForeignModel(file, weights, overrides);
  }

  /** What a user should know: what was guessed, what was left out, which function it has. */
  public List<String> notes() {
    return notes;
  }

  /** The experiment of the run. */
  public Experiment experiment() {
    return experiment;
  }

  /** Number of values of the weights. */
  public long parameters() {
    return WeightMap.weights(variables).values().stream().mapToLong(Shape::size).sum();
  }

  /**
   * Fills a folder that does not exist yet with the run.
   *
   * @param between is called before each part of the work, which ends if it throws
   */
  public void writeRun(Path folder, Runnable between) throws IOException {
    RunFolder run = new RunFolder(folder);
    between.run();
    NewRun.begin(run, experiment, program -> TrainingAssembly.write(experiment, program));
    long step = experiment.getRun().getSteps();
    new Checkpoints(run.checkpoints(), 1).create(prefix -> writeCheckpoint(prefix, between), step);
    String config = ExperimentFile.print(experiment);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("imported", file.toString());
    facts.put("sha256", ContentHash.of(file));
    facts.put("format", weights.describe());
    facts.put("notes", notes);
    facts.put(RunHistory.CONFIG, config);
    new RunHistory(run.history()).add(step, facts);
    StringBuilder remarks = new StringBuilder("# Imported from " + file.getFileName() + ".\n");
    notes.forEach(note -> remarks.append("# ").append(note).append(".\n"));
    AtomicFile.write(run.config(), remarks + config);
  }

  /**
   * Writes the weights as both files of a checkpoint. They are also their average; slots begin at
   * 0.
   *
   * @param between as above
   * @throws InvalidInputException if some are not finite
   */
  public void writeCheckpoint(Path prefix, Runnable between) throws IOException {
    Map<String, Shape> own = WeightMap.weights(variables);
    try (CheckpointWriter writer = new CheckpointWriter(prefix)) {
      for (Map.Entry<String, Shape> variable : variables.entrySet()) {
        between.run();
        String name = variable.getKey();
        if (own.containsKey(name)) {
          writer.floats(name, variable.getValue(), map.values(name, variable.getValue()));
          writer.copy(Contract.EMA_PREFIX + name, name);
        } else if (!isAverage(name)) {
          writer.zeros(name, variable.getValue());
        }
      }
      writer.counter(Contract.STEP, experiment.getRun().getSteps());
      writer.finish();
    }
  }

  private static boolean isAverage(String name) {
    return name.startsWith(Contract.EMA_PREFIX);
  }

  private static String line(String note) {
    String line = PlainLine.of(note);
    return line.length() <= MOST_SIGNS ? line : line.substring(0, MOST_SIGNS) + "...";
  }

  // Fit for a config's text.
  private static String name(Path file) {
    return String.valueOf(file.getFileName())
        .replaceFirst("\\.[^.]*$", "")
        .replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  private String className() {
    return String.valueOf(weights.recorded().getOrDefault(ForeignWeights.CLASS_NAME, ""))
        .replaceFirst("^.*\\.", "");
  }

  // The wrapper's class says what the network is for; else the user, or a guess.
  private String objective(List<String> overrides) {
    String type = className();
    if (OTHERS.matcher(type).matches()) {
      throw new InvalidInputException(
          "%s: its preconditioning is %s, but Couplet's score models have EDM's; give a network of EDMPrecond or ECMPrecond"
              .formatted(file, type));
    }
    boolean asked = overrides.stream().anyMatch(set -> set.startsWith("consistency"));
    boolean known = CONSISTENCY.matcher(type).matches() || DENOISER.matcher(type).matches();
    if (!known && !asked && overrides.stream().noneMatch(set -> set.startsWith("score"))) {
      notes.add(
          "whether it is a score or a consistency model is not recorded; taken for a score model"
              + " (--set consistency.sigma_min=0.002 makes it the other)");
    }
    List<String> fields = new ArrayList<>();
    fields.add("sigma_data: " + number("sigma_data", SIGMA_DATA));
    for (String end : List.of("sigma_min", "sigma_max")) {
      double level = number(end, 0);
      if (level > 0 && Double.isFinite(level)) {
        fields.add(end + ": " + level);
      }
    }
    if (!weights.recorded().containsKey("sigma_data")) {
      notes.add("sigma_data is not recorded; EDM's default, 0.5, was taken");
    }
    boolean consistency = asked || CONSISTENCY.matcher(type).matches();
    return (consistency ? "consistency" : "score") + " { " + String.join(" ", fields) + " }";
  }

  private double number(String name, double otherwise) {
    return weights.recorded().get(name) instanceof Number number ? number.doubleValue() : otherwise;
  }

  /** How its function relates to the run's. */
  private String boundary() {
    if (experiment.hasScore()) {
      return "its function is EDM's denoiser, with its boundary at sigma = 0, as of all score models"
          + " here";
    }
    double low = experiment.getConsistency().getSigmaMin();
    double high = experiment.getConsistency().getSigmaMax();
    double data = experiment.getConsistency().getSigmaData();
    if (weights.hasBoundary()) {
      return "its function has its boundary at sigma_min = %s, f(x, sigma_min) = x, as Couplet's"
          .formatted(low);
    }
    double skip = data * data / (low * low + data * data);
    double out = low * data / Math.sqrt(low * low + data * data);
    return String.format(
        Locale.ROOT,
        "its file does not show a boundary at sigma_min; with EDM's scaling, whose boundary is at 0,"
            + " it is %.6f x + %.6f F at sigma_min = %s where the run's function is x, and c_out at"
            + " sigma_max is %.2g of itself larger",
        skip,
        out,
        low,
        low / (high - low));
  }
}
