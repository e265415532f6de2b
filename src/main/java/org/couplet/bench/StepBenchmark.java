package org.couplet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.couplet.config.ElementShape;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.data.RandomImages;
import org.couplet.pairing.NoiseChoice;
import org.couplet.pairing.PairedBatches;
import org.couplet.program.ProgramCheck;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TracedOperation;
import org.couplet.program.TrainingProgram;
import org.couplet.run.NewRun;
import org.couplet.train.Schedules;
import org.tensorflow.ndarray.Shape;

/**
 * An experiment's training step on its own, to be timed: with the numbers of the middle of
 * training, on random images of the experiment's size or on its points. Runs that the experiment
 * begins with are not needed: which values the weights have makes no difference to the time.
 */
public final class StepBenchmark implements AutoCloseable {
  /** Folder of the program. */
  public static final String PROGRAM = "program";

  private static final int IMAGES = 256;

  private final TrainingProgram program;
  private final Dataset dataset;
  private final Batches batches;
  private final PairedBatches paired;
  private final ScheduledValues numbers;
  private long completed;

  /**
   * What one step took, as the training loop has it.
   *
   * @param millis milliseconds, the wait for the batch included
   * @param waitedMillis of these, for the batch
   */
  public record Timing(double millis, double waitedMillis) {}

  private StepBenchmark(Experiment experiment, TrainingProgram program, Dataset dataset) {
    long seed = experiment.getRun().getSeed();
    this.program = program;
    this.dataset = dataset;
    int rows = experiment.getRun().getBatchSize();
    this.batches =
        new Batches(dataset, labels(experiment.getNetwork().getLabelDim()), rows, 0, rows, seed);
    this.paired =
        new PairedBatches(
            batches,
            program,
            new NoiseChoice(experiment.getConsistency().getCoupling().getBatchOt(), seed),
            Long.MAX_VALUE);
    this.numbers =
        Schedules.of(experiment, program.sigmasLength()).at(experiment.getRun().getSteps() / 2);
    program.initialize(seed);
  }

  /**
   * Writes, loads and initializes the program.
   *
   * @param experiment resolved; a file of images that it names is not needed
   * @param folder that exists, for the program and the random images
   * @param writer of the training program
   * @param check of the program
   */
  public static StepBenchmark open(
      Experiment experiment, Path folder, NewRun.ProgramWriter writer, ProgramCheck check)
      throws IOException {
    Path model = folder.resolve(PROGRAM);
    writer.write(model);
    check.program(model, experiment.getRuntime().getThreads());
    TrainingProgram program = TrainingProgram.load(model, experiment.getRuntime().getThreads());
    try {
      return new StepBenchmark(experiment, program, dataset(experiment, folder));
    } catch (IOException | RuntimeException e) {
      program.close();
      throw e;
    }
  }

  private static int[] labels(int classes) {
    int[] labels = new int[classes == 0 ? 0 : IMAGES];
    Arrays.setAll(labels, i -> i % classes);
    return labels;
  }

  private static Dataset dataset(Experiment experiment, Path folder) throws IOException {
    DatasetConfig.Builder config = experiment.getDataset().toBuilder();
    if (!config.hasGaussians()) {
      Shape image = ElementShape.of(experiment.getDataset());
      Path file = folder.resolve("images.npy");
      RandomImages.write(file, IMAGES, image);
      config
          .getImageFileBuilder()
          .setPath(file.toString())
          .setResolution((int) image.get(0))
          .setChannels((int) image.get(2));
    }
    return Dataset.open(config.build());
  }

  /** What every step is fed. */
  public ScheduledValues numbers() {
    return numbers;
  }

  /** Runs one step. */
  public Timing step() {
    long begun = System.nanoTime();
    try (PairedBatches.PairedBatch batch = paired.at(completed++)) {
      double waited = (System.nanoTime() - begun) / 1e6;
      program.step(batch.batch(), numbers);
      return new Timing((System.nanoTime() - begun) / 1e6, waited);
    }
  }

  /** Runs one step and reports when each of its operations ran. */
  public List<TracedOperation> trace() {
    try (PairedBatches.PairedBatch batch = paired.at(completed++)) {
      return program.trace(batch.batch(), numbers);
    }
  }

  @Override
  public void close() {
    paired.close();
    batches.close();
    program.close();
    dataset.close();
  }
}
