package org.couplet.config;

import java.util.Optional;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ImageFileConfig;
import org.couplet.io.Invocation;
import org.couplet.io.PictureLimit;

/** What a resolved experiment must keep to be trainable; the first breach is one line. */
final class ExperimentRules {
  private final Experiment experiment;
  private final Origins origins;

  private ExperimentRules(Experiment experiment, Origins origins) {
    this.experiment = experiment;
    this.origins = origins;
  }

  /**
   * Checks everything.
   *
   * @param experiment a resolved experiment
   * @param origins where its values were written
   * @throws org.couplet.io.InvalidInputException on the first impossible value
   */
  static void check(Experiment experiment, Origins origins) {
    new ExperimentRules(experiment, origins).check();
  }

  private void check() {
    new NumberRules(experiment, origins).check();
    name();
    dataset();
    architecture();
    new ClassRules(experiment, origins).check();
    run();
    new ObjectiveRules(experiment, origins).check();
  }

  // Commands print it to terminals, which would obey them.
  private void name() {
    if (experiment.getName().chars().anyMatch(Character::isISOControl)) {
      throw origins.problem("name", "contains control characters. Write plain text in one line");
    }
  }

  private void dataset() {
    DatasetConfig dataset = experiment.getDataset();
    if (dataset.hasImageFile()) {
      imageFile(dataset.getImageFile());
    }
    if (dataset.getHorizontalFlip() && dataset.hasGaussians()) {
      throw origins.problem(
          "dataset.horizontal_flip",
          "points can't be mirrored. Remove it, or choose images",
          "dataset.gaussians");
    }
  }

  private void imageFile(ImageFileConfig file) {
    if (file.getPath().isBlank()) {
      throw origins.problem(
          "dataset.image_file.path", "missing. Name a .npy file made by `couplet data`");
    }
    int channels = file.getChannels();
    if (channels != 1 && channels != 3) {
      throw origins.problem(
          "dataset.image_file.channels",
          channels + " is neither 1 nor 3. Give 1 for grey images, 3 for colour");
    }
  }

  private void architecture() {
    boolean points = experiment.getDataset().hasGaussians();
    String dataset = "dataset." + (points ? "gaussians" : imageSource());
    boolean mlp = experiment.getNetwork().hasMlp();
    if (points && !mlp) {
      String network = experiment.getNetwork().hasSongUnet() ? "song_unet" : "adm_unet";
      throw origins.problem(
          "network." + network, "a network for images, but the data are points. Use mlp", dataset);
    }
    if (!points && mlp) {
      throw origins.problem(
          "network.mlp",
          "a network for points, but the data are images. Use song_unet or adm_unet",
          dataset);
    }
    if (!mlp) {
      UNetRules.check(experiment, origins);
    }
  }

  private String imageSource() {
    return experiment.getDataset().hasImageFile() ? "image_file" : "procedural";
  }

  private void run() {
    parts();
    fid();
    grid();
    if (experiment.getRuntime().getRemat() && experiment.getNetwork().hasMlp()) {
      throw origins.problem(
          "runtime.remat", "an MLP has no blocks to compute again. Remove it", "network.mlp");
    }
  }

  private void parts() {
    int parts = experiment.getOptimizer().getAccumulate();
    int rows = experiment.getRun().getBatchSize();
    if (rows % parts != 0) {
      throw origins.problem(
          "optimizer.accumulate",
          String.format(
              "%d rows (run.batch_size) do not fall into %d equal parts. Give a divisor of %d",
              rows, parts, rows),
          "run.batch_size");
    }
  }

  /** The grid of samples is one picture, drawn in memory. */
  private void grid() {
    DatasetConfig dataset = experiment.getDataset();
    if (dataset.hasGaussians() || experiment.getEvaluation().getSampleEvery() == 0) {
      return;
    }
    long side =
        dataset.hasImageFile()
            ? dataset.getImageFile().getResolution()
            : dataset.getProcedural().getResolution();
    Optional<String> refusal =
        PictureLimit.refusal(experiment.getEvaluation().getSampleCount(), side, side);
    if (refusal.isPresent()) {
      throw origins.problem("evaluation.sample_count", refusal.get(), "evaluation.sample_every");
    }
  }

  private void fid() {
    if (experiment.getEvaluation().getFidEvery() == 0) {
      return;
    }
    if (experiment.getDataset().hasGaussians()) {
      throw origins.problem(
          "evaluation.fid_every",
          "FID is not defined for points. Remove it, or choose images",
          "dataset.gaussians");
    }
    if (experiment.getEvaluation().getFeatures().isBlank()) {
      throw origins.problem(
          "evaluation.features",
          "missing. Name a feature network, such as savedmodels/inception, which "
              + Invocation.ofProcess().shipped("tools/fetch-inception.sh")
              + " makes",
          "evaluation.fid_every");
    }
  }
}
