package org.couplet.assembly;

import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.CouplingConfig;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.DistanceConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.LevelScheduleConfig;
import org.couplet.config.proto.OptimizerConfig;
import org.couplet.config.proto.SongUNetConfig;
import org.couplet.config.proto.TimestepLawConfig;
import org.couplet.consistency.ConsistencyFunction;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.ConstantWeighting;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.Distance;
import org.couplet.consistency.GeneratorInducedCoupling;
import org.couplet.consistency.IndependentCoupling;
import org.couplet.consistency.InverseGapWeighting;
import org.couplet.consistency.LognormalLaw;
import org.couplet.consistency.PseudoHuberDistance;
import org.couplet.consistency.SquaredL2Distance;
import org.couplet.consistency.TimestepLaw;
import org.couplet.consistency.UniformLaw;
import org.couplet.consistency.VarianceExploding;
import org.couplet.consistency.Weighting;
import org.couplet.network.Mlp;
import org.couplet.network.Network;
import org.couplet.network.SongUNet;
import org.couplet.optimizer.Adam;
import org.couplet.optimizer.Lion;
import org.couplet.optimizer.Optimizer;
import org.couplet.optimizer.RAdam;
import org.tensorflow.ndarray.Shape;

/**
 * The parts that an experiment names.
 *
 * @param element shape of a data element: [height, width, channels] or [2]
 * @param isImages whether elements are images
 * @param loss with the consistency function and the network in it
 * @param optimizer of the weights
 * @param maxLevels the most noise levels of the run
 */
record Model(
    Shape element, boolean isImages, ConsistencyLoss loss, Optimizer optimizer, int maxLevels) {
  /** Reads a resolved experiment. */
  static Model of(Experiment experiment) {
    DatasetConfig dataset = experiment.getDataset();
    Shape element = element(dataset);
    ConsistencyConfig consistency = experiment.getConsistency();
    ConsistencyFunction function =
        new ConsistencyFunction(
            network(experiment, element), consistency.getSigmaMin(), consistency.getSigmaData());
    ConsistencyLoss loss =
        new ConsistencyLoss(
            function,
            new VarianceExploding(),
            law(consistency.getTimestepLaw()),
            weighting(consistency),
            distance(consistency.getDistance(), element),
            coupling(consistency.getCoupling()));
    return new Model(
        element,
        !dataset.hasGaussians(),
        loss,
        optimizer(experiment.getOptimizer()),
        maxLevels(consistency.getLevels()));
  }

  ConsistencyFunction function() {
    return loss.function();
  }

  Network network() {
    return function().network();
  }

  private static Shape element(DatasetConfig dataset) {
    return switch (dataset.getSourceCase()) {
      case IMAGE_FILE -> {
        long size = dataset.getImageFile().getResolution();
        yield Shape.of(size, size, dataset.getImageFile().getChannels());
      }
      case PROCEDURAL -> {
        long size = dataset.getProcedural().getResolution();
        yield Shape.of(size, size, 3);
      }
      case GAUSSIANS -> Shape.of(2);
      case SOURCE_NOT_SET -> throw unresolved("dataset");
    };
  }

  private static Network network(Experiment experiment, Shape element) {
    return switch (experiment.getNetwork().getArchitectureCase()) {
      case SONG_UNET -> songUNet(experiment.getNetwork().getSongUnet(), element);
      case MLP ->
          new Mlp(
              (int) element.get(0),
              experiment.getNetwork().getMlp().getDepth(),
              experiment.getNetwork().getMlp().getWidth());
      case ARCHITECTURE_NOT_SET -> throw unresolved("network");
    };
  }

  private static SongUNet songUNet(SongUNetConfig config, Shape element) {
    return new SongUNet(
        (int) element.get(0),
        (int) element.get(2),
        config.getModelChannels(),
        config.getChannelMultList(),
        config.getNumBlocksList(),
        config.getDropoutList(),
        config.getAttnResolutionsList(),
        switch (config.getEmbedding()) {
          case POSITIONAL -> SongUNet.Embedding.POSITIONAL;
          case FOURIER -> SongUNet.Embedding.FOURIER;
        },
        config.getChannelMultNoise(),
        switch (config.getEncoder()) {
          case STANDARD -> SongUNet.Encoder.STANDARD;
          case RESIDUAL -> SongUNet.Encoder.RESIDUAL;
        },
        config.getResampleFilterList());
  }

  private static TimestepLaw law(TimestepLawConfig config) {
    return switch (config.getLawCase()) {
      case LOGNORMAL ->
          new LognormalLaw(config.getLognormal().getMean(), config.getLognormal().getStd());
      case UNIFORM -> new UniformLaw();
      case LAW_NOT_SET -> throw unresolved("consistency.timestep_law");
    };
  }

  private static Weighting weighting(ConsistencyConfig config) {
    return switch (config.getWeighting().getWeightingCase()) {
      case INVERSE_GAP -> new InverseGapWeighting();
      case CONSTANT -> new ConstantWeighting();
      case WEIGHTING_NOT_SET -> throw unresolved("consistency.weighting");
    };
  }

  private static Distance distance(DistanceConfig config, Shape element) {
    return switch (config.getDistanceCase()) {
      case PSEUDO_HUBER ->
          new PseudoHuberDistance(
              config.getPseudoHuber().getCPerSqrtDimension() * Math.sqrt((double) element.size()));
      case SQUARED_L2 -> new SquaredL2Distance();
      case DISTANCE_NOT_SET -> throw unresolved("consistency.distance");
    };
  }

  private static Coupling coupling(CouplingConfig config) {
    return switch (config.getCouplingCase()) {
      case INDEPENDENT -> new IndependentCoupling();
      case GENERATOR_INDUCED -> {
        var induced = config.getGeneratorInduced();
        yield new GeneratorInducedCoupling(
            switch (induced.getWeights()) {
              case EMA -> true;
              case ONLINE -> false;
            },
            switch (induced.getRows()) {
              case CHOSEN -> GeneratorInducedCoupling.Choice.CHOSEN;
              case BERNOULLI -> GeneratorInducedCoupling.Choice.BERNOULLI;
            },
            Math.max(induced.getMu(), induced.getMuEnd()));
      }
      case COUPLING_NOT_SET -> throw unresolved("consistency.coupling");
    };
  }

  private static Optimizer optimizer(OptimizerConfig config) {
    return switch (config.getAlgorithmCase()) {
      case LION ->
          new Lion(
              config.getLion().getBeta1(),
              config.getLion().getBeta2(),
              config.getLion().getWeightDecay());
      case ADAM ->
          new Adam(
              config.getAdam().getBeta1(),
              config.getAdam().getBeta2(),
              config.getAdam().getEpsilon());
      case RADAM ->
          new RAdam(
              config.getRadam().getBeta1(),
              config.getRadam().getBeta2(),
              config.getRadam().getEpsilon());
      case ALGORITHM_NOT_SET -> throw unresolved("optimizer");
    };
  }

  private static int maxLevels(LevelScheduleConfig config) {
    return switch (config.getScheduleCase()) {
      case EXPONENTIAL -> config.getExponential().getS1() + 1;
      case CONSTANT -> config.getConstant().getCount();
      case SCHEDULE_NOT_SET -> throw unresolved("consistency.levels");
    };
  }

  // ExperimentFile resolves every choice before anything is built.
  private static IllegalArgumentException unresolved(String field) {
    return new IllegalArgumentException(field + " is not resolved");
  }
}
