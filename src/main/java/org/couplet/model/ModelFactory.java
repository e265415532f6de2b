package org.couplet.model;

import java.util.ArrayList;
import java.util.List;
import org.couplet.config.ElementShape;
import org.couplet.config.proto.AdmUNetConfig;
import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.CouplingConfig;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.DistanceConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ForwardProcessConfig;
import org.couplet.config.proto.LevelScheduleConfig;
import org.couplet.config.proto.NetworkConfig;
import org.couplet.config.proto.NoiseConfig;
import org.couplet.config.proto.OptimizerConfig;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.config.proto.ScoreConfig;
import org.couplet.config.proto.SongUNetConfig;
import org.couplet.config.proto.TimestepLawConfig;
import org.couplet.config.proto.TuningLevelsConfig;
import org.couplet.consistency.BatchTransportCoupling;
import org.couplet.consistency.Bridge;
import org.couplet.consistency.ConsistencyFunction;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.ConstantWeighting;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.DenoisingLoss;
import org.couplet.consistency.DiscreteLevelPairs;
import org.couplet.consistency.Distance;
import org.couplet.consistency.ForwardProcess;
import org.couplet.consistency.GeneratorInducedCoupling;
import org.couplet.consistency.IndependentCoupling;
import org.couplet.consistency.InducedRows;
import org.couplet.consistency.InverseGapWeighting;
import org.couplet.consistency.LevelPairs;
import org.couplet.consistency.LognormalLaw;
import org.couplet.consistency.NoiseLaw;
import org.couplet.consistency.ProbabilityFlow;
import org.couplet.consistency.ProbabilityFlowCoupling;
import org.couplet.consistency.PseudoHuberDistance;
import org.couplet.consistency.ScaledSquaredL2Distance;
import org.couplet.consistency.SignalToNoiseWeighting;
import org.couplet.consistency.SquaredL2Distance;
import org.couplet.consistency.StandardNormalNoise;
import org.couplet.consistency.TimestepLaw;
import org.couplet.consistency.TuningLevelPairs;
import org.couplet.consistency.TwoGaussiansNoise;
import org.couplet.consistency.UniformLaw;
import org.couplet.consistency.VarianceExploding;
import org.couplet.consistency.Weighting;
import org.couplet.network.AdmUNet;
import org.couplet.network.Execution;
import org.couplet.network.Mlp;
import org.couplet.network.Network;
import org.couplet.network.SongUNet;
import org.couplet.optimizer.Adam;
import org.couplet.optimizer.AdamW;
import org.couplet.optimizer.Lion;
import org.couplet.optimizer.Optimizer;
import org.couplet.optimizer.RAdam;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Makes what the fields of an experiment name. A new member of a oneof in the schema does not
 * compile without its case here.
 */
public final class ModelFactory {
  // A list of levels that is fed to be ignored.
  private static final int UNUSED_LEVELS = 2;

  private ModelFactory() {}

  /**
   * Makes the model of an experiment.
   *
   * @param experiment resolved
   */
  public static Model create(Experiment experiment) {
    return create(experiment, 1);
  }

  /**
   * The same for workers that share a batch.
   *
   * @param workers at least 1
   */
  public static Model create(Experiment experiment, int workers) {
    DatasetConfig dataset = experiment.getDataset();
    Shape element = ElementShape.of(dataset);
    Network network = network(experiment, element);
    Optimizer optimizer = optimizer(experiment.getOptimizer());
    Class<? extends TFloating> precision = precision(experiment.getRuntime());
    Execution execution = execution(experiment.getRuntime());
    boolean isImages = !dataset.hasGaussians();
    return switch (experiment.getObjectiveCase()) {
      case CONSISTENCY -> {
        ConsistencyConfig config = experiment.getConsistency();
        yield new Model(
            element,
            isImages,
            consistencyLoss(config, network, element, precision, execution, workers),
            optimizer,
            maxLevels(config.getLevels()),
            new Model.Range(config.getSigmaMin(), config.getSigmaMax(), config.getRho()),
            classes(experiment),
            experiment.getNetwork().getLabelDropout() > 0);
      }
      case SCORE -> {
        ScoreConfig config = experiment.getScore();
        yield new Model(
            element,
            isImages,
            new DenoisingLoss(
                ConsistencyFunction.denoiser(network, config.getSigmaData(), precision, execution),
                new LognormalLaw(config.getMean(), config.getStd())),
            optimizer,
            UNUSED_LEVELS,
            new Model.Range(config.getSigmaMin(), config.getSigmaMax(), config.getRho()),
            classes(experiment),
            experiment.getNetwork().getLabelDropout() > 0);
      }
      case OBJECTIVE_NOT_SET -> throw unresolved("objective");
    };
  }

  // All alike where the data are not known.
  private static List<Model.ClassShare> classes(Experiment experiment) {
    DatasetConfig dataset = experiment.getDataset();
    double images = dataset.getClassCountsList().stream().mapToLong(Long::longValue).sum();
    int count = experiment.getNetwork().getLabelDim();
    List<Model.ClassShare> classes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      classes.add(
          dataset.getClassNamesCount() == 0
              ? new Model.ClassShare(String.valueOf(i), 1.0 / count)
              : new Model.ClassShare(dataset.getClassNames(i), dataset.getClassCounts(i) / images));
    }
    return classes;
  }

  private static ConsistencyLoss consistencyLoss(
      ConsistencyConfig config,
      Network network,
      Shape element,
      Class<? extends TFloating> precision,
      Execution execution,
      int workers) {
    return new ConsistencyLoss(
        new ConsistencyFunction(
            network,
            process(config.getProcess()),
            config.getSigmaMin(),
            config.getSigmaData(),
            precision,
            execution),
        noise(config.getNoise()),
        levels(config),
        weighting(config),
        distance(config.getDistance(), element),
        coupling(config.getCoupling(), workers),
        ConsistencyFunction.denoiser(network, config.getSigmaData(), precision, execution),
        switch (config.getTeacher()) {
          case ONLINE -> false;
          case EMA -> true;
        });
  }

  private static ForwardProcess process(ForwardProcessConfig config) {
    return switch (config.getProcessCase()) {
      case VARIANCE_EXPLODING -> new VarianceExploding();
      case BRIDGE ->
          new Bridge(
              switch (config.getBridge().getAlpha()) {
                case SIGNAL_TO_NOISE -> Bridge.Alpha.SIGNAL_TO_NOISE;
                case SIGMA -> Bridge.Alpha.SIGMA;
              });
      case PROCESS_NOT_SET -> throw unresolved("consistency.process");
    };
  }

  private static NoiseLaw noise(NoiseConfig config) {
    return switch (config.getLawCase()) {
      case NORMAL -> new StandardNormalNoise();
      case TWO_GAUSSIANS ->
          new TwoGaussiansNoise(
              config.getTwoGaussians().getOffset(),
              config.getTwoGaussians().getStandardDeviation());
      case LAW_NOT_SET -> throw unresolved("consistency.noise");
    };
  }

  private static LevelPairs levels(ConsistencyConfig config) {
    TimestepLaw law = law(config.getTimestepLaw());
    if (!config.getLevels().hasTuning()) {
      return new DiscreteLevelPairs(law);
    }
    if (!(law instanceof LognormalLaw lognormal)) {
      throw new IllegalArgumentException("tuning's levels need the lognormal law");
    }
    TuningLevelsConfig tuning = config.getLevels().getTuning();
    return new TuningLevelPairs(
        lognormal, config.getSigmaMin(), config.getSigmaMax(), tuning.getK(), tuning.getB());
  }

  private static Network network(Experiment experiment, Shape element) {
    return switch (experiment.getNetwork().getArchitectureCase()) {
      case SONG_UNET -> songUNet(experiment.getNetwork(), element);
      case ADM_UNET -> admUNet(experiment.getNetwork(), element);
      case MLP ->
          new Mlp(
              (int) element.get(0),
              experiment.getNetwork().getMlp().getDepth(),
              experiment.getNetwork().getMlp().getWidth());
      case ARCHITECTURE_NOT_SET -> throw unresolved("network");
    };
  }

  private static SongUNet songUNet(NetworkConfig network, Shape element) {
    SongUNetConfig config = network.getSongUnet();
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
        config.getResampleFilterList(),
        network.getLabelDim());
  }

  private static AdmUNet admUNet(NetworkConfig network, Shape element) {
    AdmUNetConfig config = network.getAdmUnet();
    return new AdmUNet(
        (int) element.get(0),
        (int) element.get(2),
        config.getModelChannels(),
        config.getChannelMultList(),
        config.getNumBlocksList(),
        config.getDropoutList(),
        config.getAttnResolutionsList(),
        config.getChannelMultEmb(),
        config.getChannelsPerHead(),
        network.getLabelDim());
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
      case SIGNAL_TO_NOISE -> new SignalToNoiseWeighting(config.getSigmaData());
      case WEIGHTING_NOT_SET -> throw unresolved("consistency.weighting");
    };
  }

  private static Distance distance(DistanceConfig config, Shape element) {
    return switch (config.getDistanceCase()) {
      case PSEUDO_HUBER ->
          new PseudoHuberDistance(
              config.getPseudoHuber().getCPerSqrtDimension() * Math.sqrt((double) element.size()));
      case SQUARED_L2 -> new SquaredL2Distance();
      case SCALED_SQUARED_L2 -> new ScaledSquaredL2Distance((double) element.size());
      case DISTANCE_NOT_SET -> throw unresolved("consistency.distance");
    };
  }

  private static Coupling coupling(CouplingConfig config, int workers) {
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
              case CHOSEN -> InducedRows.CHOSEN;
              case BERNOULLI -> InducedRows.BERNOULLI;
            },
            Math.max(induced.getMu(), induced.getMuEnd()),
            induced.getRemoveNoise(),
            workers);
      }
      case BATCH_OT ->
          new BatchTransportCoupling(
              switch (config.getBatchOt().getScope()) {
                case BATCH -> workers;
                case WORKER -> 1;
              });
      case PF_ODE ->
          new ProbabilityFlowCoupling(
              switch (config.getPfOde().getSolver()) {
                case EULER -> ProbabilityFlow.Solver.EULER;
                case HEUN -> ProbabilityFlow.Solver.HEUN;
              });
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
      case ADAMW ->
          new AdamW(
              new Adam(
                  config.getAdamw().getBeta1(),
                  config.getAdamw().getBeta2(),
                  config.getAdamw().getEpsilon()),
              config.getAdamw().getWeightDecay());
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
      case SQUARE_ROOT -> config.getSquareRoot().getS1() + 1;
      case CONSTANT -> config.getConstant().getCount();
      case TUNING -> UNUSED_LEVELS;
      case SCHEDULE_NOT_SET -> throw unresolved("consistency.levels");
    };
  }

  private static Class<? extends TFloating> precision(RuntimeConfig config) {
    return switch (config.getPrecision()) {
      case FLOAT32 -> TFloat32.class;
      case BFLOAT16 -> TBfloat16.class;
    };
  }

  private static Execution execution(RuntimeConfig config) {
    return new Execution(Execution.Compiled.valueOf(config.getXla().name()), config.getRemat());
  }

  // ExperimentFile resolves every choice before anything is built.
  private static IllegalArgumentException unresolved(String field) {
    return new IllegalArgumentException(field + " is not resolved");
  }
}
