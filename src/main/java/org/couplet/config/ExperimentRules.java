package org.couplet.config;

import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ExponentialLevels;
import org.couplet.config.proto.GeneratorInducedCoupling;
import org.couplet.config.proto.ImageFile;

/** What a resolved experiment must keep to be trainable; the first breach is one line. */
final class ExperimentRules {
  // Every level is held in memory, several times.
  private static final long MOST_LEVELS = 1_000_000;

  private final Experiment experiment;
  private final Origins origins;
  private final NumberRules numbers;

  private ExperimentRules(Experiment experiment, Origins origins) {
    this.experiment = experiment;
    this.origins = origins;
    this.numbers = new NumberRules(experiment, origins);
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
    numbers.allFinite();
    dataset();
    architecture();
    consistency();
    pairs();
    optimizer();
    run();
    chosenRows();
  }

  private void dataset() {
    numbers.positive("dataset.image_file.resolution");
    numbers.atLeast("dataset.procedural.resolution", 8);
    numbers.atLeast("dataset.procedural.count", 1);
    numbers.atLeast("dataset.gaussians.count", 1);
    numbers.positive("dataset.gaussians.standard_deviation");
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

  private void imageFile(ImageFile file) {
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
    if (points && experiment.getNetwork().hasSongUnet()) {
      throw origins.problem(
          "network.song_unet", "a network for images, but the data are points. Use mlp", dataset);
    }
    if (!points && experiment.getNetwork().hasMlp()) {
      throw origins.problem(
          "network.mlp", "a network for points, but the data are images. Use song_unet", dataset);
    }
    numbers.atLeast("network.mlp.depth", 1);
    numbers.atLeast("network.mlp.width", 1);
    if (experiment.getNetwork().hasSongUnet()) {
      new SongUNetRules(experiment, origins, numbers).check();
    }
  }

  private String imageSource() {
    return experiment.getDataset().hasImageFile() ? "image_file" : "procedural";
  }

  private void consistency() {
    numbers.positive("consistency.sigma_min");
    numbers.positive("consistency.sigma_max");
    numbers.positive("consistency.rho");
    numbers.positive("consistency.sigma_data");
    ConsistencyConfig consistency = experiment.getConsistency();
    if (consistency.getSigmaMin() >= consistency.getSigmaMax()) {
      String lowest = NumberRules.plain(consistency.getSigmaMin());
      String highest = NumberRules.plain(consistency.getSigmaMax());
      throw origins.problem(
          "consistency.sigma_min",
          lowest + " is not below sigma_max (" + highest + "). Lower it or raise sigma_max",
          "consistency.sigma_max");
    }
    numbers.atLeast("consistency.levels.constant.count", 2);
    numbers.atMost("consistency.levels.constant.count", MOST_LEVELS);
    numbers.atLeast("consistency.levels.exponential.s0", 2);
    numbers.atMost("consistency.levels.exponential.s1", MOST_LEVELS);
    ExponentialLevels levels = consistency.getLevels().getExponential();
    if (levels.getS1() < levels.getS0()) {
      throw origins.problem(
          "consistency.levels.exponential.s1",
          levels.getS1() + " is below s0 (" + levels.getS0() + "). Raise it or lower s0",
          "consistency.levels.exponential.s0");
    }
  }

  private void pairs() {
    numbers.positive("consistency.timestep_law.lognormal.std");
    numbers.positive("consistency.distance.pseudo_huber.c_per_sqrt_dimension");
    numbers.probability("consistency.coupling.generator_induced.mu");
    numbers.probability("consistency.coupling.generator_induced.mu_end");
  }

  /** A mixing factor that chooses no row of any batch would silently train another method. */
  private void chosenRows() {
    if (!experiment.getConsistency().getCoupling().hasGeneratorInduced()) {
      return;
    }
    GeneratorInducedCoupling coupling =
        experiment.getConsistency().getCoupling().getGeneratorInduced();
    boolean rising = coupling.getMuEnd() > coupling.getMu();
    double largest = rising ? coupling.getMuEnd() : coupling.getMu();
    int batch = experiment.getRun().getBatchSize();
    if (coupling.getRows() == GeneratorInducedCoupling.Rows.CHOSEN
        && largest > 0
        && Math.round(largest * batch) == 0) {
      String path = "consistency.coupling.generator_induced.";
      throw origins.problem(
          path + (rising ? "mu_end" : "mu"),
          String.format(
              "%s of %d rows (run.batch_size) rounds to none. Use a larger batch, or rows: BERNOULLI",
              NumberRules.plain(largest), batch),
          "run.batch_size",
          path + "rows");
    }
  }

  private void optimizer() {
    numbers.positive("optimizer.learning_rate");
    numbers.atLeast("optimizer.warmup_steps", 0);
    numbers.atLeast("optimizer.clip_norm", 0);
    numbers.atLeast("optimizer.lion.weight_decay", 0);
    for (String algorithm : new String[] {"lion", "adam", "radam"}) {
      numbers.belowOne("optimizer." + algorithm + ".beta1");
      numbers.belowOne("optimizer." + algorithm + ".beta2");
    }
    numbers.positive("optimizer.adam.epsilon");
    numbers.positive("optimizer.radam.epsilon");
    numbers.belowOne("ema.decay");
    numbers.atLeast("ema.every", 1);
    numbers.atLeast("ema.start_step", 0);
  }

  private void run() {
    numbers.atLeast("run.steps", 1);
    numbers.atLeast("run.batch_size", 1);
    numbers.atLeast("run.log_every", 1);
    numbers.atLeast("run.checkpoint_every", 1);
    numbers.atLeast("run.keep_checkpoints", 1);
    numbers.atLeast("evaluation.sample_every", 0);
    numbers.atLeast("evaluation.sample_count", 1);
    numbers.atLeast("runtime.threads", 0);
  }
}
