package org.couplet.program;

/** The names in a SavedModel that both halves of Couplet rely on. */
public final class Contract {
  private Contract() {}

  /** Tag of a training program. */
  public static final String TRAIN_TAG = "train";

  /** Tag of an exported, inference-only model. */
  public static final String SERVE_TAG = "serve";

  /**
   * Signature: one training step. Inputs {@link #BATCH} and the step's numbers; outputs {@link
   * #LOSS} and {@link #GRADIENT_NORM}. Every variable has its new value when an output is there.
   */
  public static final String TRAIN = "train";

  /** Signature: sets every variable to its value before training; input {@link #SEED}. */
  public static final String INITIALIZE = "initialize";

  /** Signature without inputs: the number of completed steps, {@link #STEP}. */
  public static final String PROGRESS = "progress";

  /**
   * Signature: rows of a reproducible noise table. Inputs {@link #SEED}, {@link #DRAW}, {@link
   * #FIRST}, {@link #COUNT}; output {@link #NOISE}.
   */
  public static final String NOISE_TABLE = "noise";

  /**
   * Signature: samples from noise in one network call. Inputs {@link #NOISE}, {@link #SIGMA};
   * outputs {@link #X_HAT} and, of images, {@link #IMAGES}.
   */
  public static final String GENERATE = "generate";

  /**
   * Signature: a further sampling step. Inputs {@link #X_HAT}, {@link #NOISE}, {@link #SIGMA};
   * outputs as {@link #GENERATE}.
   */
  public static final String REFINE = "refine";

  /**
   * Signature of a score model: one step of Euler's solver down its probability flow. Inputs {@link
   * #POINTS}, {@link #SIGMA} and {@link #NEXT} (both [n]); outputs {@link #POINTS} and, of images,
   * {@link #IMAGES}.
   */
  public static final String EULER = "euler";

  /** Signature of a score model: as {@link #EULER}, with Heun's solver. */
  public static final String HEUN = "heun";

  /**
   * Signature of a batch-OT program: squared distances between data and noise rows of a step, for
   * the choice of {@link #COLUMNS}. Inputs {@link #BATCH}, {@link #SEED}, {@link #STEP}; output
   * {@link #COSTS}.
   */
  public static final String PAIR_COSTS = "pair_costs";

  /**
   * Signature of a program that measures it: trace of the covariance of the rows' gradients. Inputs
   * as {@link #TRAIN}; outputs {@link #GRADIENT_VARIANCE}.
   */
  public static final String GRADIENT_VARIANCE = "gradient_variance";

  /**
   * Signature: the pairs that the next step would train on. Inputs as {@link #TRAIN}; outputs
   * {@link #LOW}, {@link #HIGH}, {@link #SIGMA_LOW}, {@link #SIGMA_HIGH}.
   */
  public static final String PAIRS = "pairs";

  /**
   * Signature: points at one level under both couplings, the generator-induced with the averaged
   * weights. Inputs {@link #BATCH}, {@link #SEED}, {@link #STEP}, {@link #SIGMA} (scalar); outputs
   * {@link #DATA}, {@link #NOISE}, {@link #POINTS}, {@link #X_HAT}, {@link #INDUCED_POINTS}.
   */
  public static final String COUPLED_POINTS = "coupled_points";

  /** Suffix of the signatures that sample with the online weights; a training program's only. */
  public static final String ONLINE = "_online";

  /** Signature without inputs: {@link #SIGMA_MIN}, {@link #SIGMA_MAX} and {@link #RHO}. */
  public static final String RANGE = "range";

  /** Signature of an export: {@link #GENERATE} at sigma_max; input {@link #NOISE}. */
  public static final String SERVING_DEFAULT = "serving_default";

  /**
   * Signature of a feature network: what it makes of each image. Input {@link #IMAGES}; the output
   * has the same name, float32 [n, dimension].
   */
  public static final String FEATURES = "features";

  /**
   * Signature of a feature network that classifies too. Input {@link #IMAGES}; outputs {@link
   * #LOGITS} and {@link #LOGITS_UNBIASED}, float32 [n, classes], and {@link #FEATURES}.
   */
  public static final String LOGITS = "logits";

  /**
   * Float32 [n, classes]: {@link #LOGITS} without the classifier's biases, which the first
   * Inception scores (Salimans et al. 2016) left out.
   */
  public static final String LOGITS_UNBIASED = "logits_unbiased";

  /** Uint8 [n, height, width, channels] images or float32 [n, 2] points, in random order. */
  public static final String BATCH = "batch";

  /** Int64 scalar. */
  public static final String SEED = "seed";

  /** Float64 [m]: the noise levels, rising, padded with sigma_max. */
  public static final String SIGMAS = "sigmas";

  /** Int32 scalar N: how many of the {@link #SIGMAS} count. */
  public static final String NUM_LEVELS = "num_levels";

  /** Float32 scalar in [0, 1]: the coupling's mixing factor. */
  public static final String MU = "mu";

  /** Float32 scalar in (0, 1]: width of the gap between tuning's levels. */
  public static final String GAP = "gap";

  /** Int32 [n]: the noise row of each data row, of a batch-OT program. */
  public static final String COLUMNS = "columns";

  /** Float32 [n, n]: ||x_i - z_j||^2. */
  public static final String COSTS = "costs";

  /** Float32 [n, element...]: noisy points of a process. */
  public static final String POINTS = "points";

  /** Float32 [n]: the level to go to, 0 or more. */
  public static final String NEXT = "next";

  /** Float32 [n, element...]: x_i. */
  public static final String LOW = "low";

  /** Float32 [n, element...]: x_{i+1}. */
  public static final String HIGH = "high";

  /** Float32 [n]: sigma_i. */
  public static final String SIGMA_LOW = "sigma_low";

  /** Float32 [n]: sigma_{i+1}. */
  public static final String SIGMA_HIGH = "sigma_high";

  /** Float32 [n, element...]: the data as the model sees them. */
  public static final String DATA = "data";

  /** Float32 [n, element...]: points between x_hat and the noise. */
  public static final String INDUCED_POINTS = "induced_points";

  /** Float32 scalar. */
  public static final String RHO = "rho";

  /** Float32 scalar. */
  public static final String LEARNING_RATE = "learning_rate";

  /** Float32 scalar in [0, 1]; 1 keeps the average as it is. */
  public static final String EMA_DECAY = "ema_decay";

  /** Float32 scalar. */
  public static final String LOSS = "loss";

  /** Float32 scalar: Euclidean norm of the whole gradient, before clipping. */
  public static final String GRADIENT_NORM = "gradient_norm";

  /** Int64 scalar; also the name of the variable that counts completed steps. */
  public static final String STEP = "step";

  /** Int64 scalar: which noise of a row, 0 for the first sampling step. */
  public static final String DRAW = "draw";

  /** Int64 scalar: the first row. */
  public static final String FIRST = "first";

  /** Int64 scalar: the number of rows. */
  public static final String COUNT = "count";

  /** Float32 [n, element...], of the model's law: standard normal, of images. */
  public static final String NOISE = "noise";

  /** Float32 scalar, or [n] where a signature says so: noise levels (never indices). */
  public static final String SIGMA = "sigma";

  /** Float32 [n, element...]: the estimate, not clipped. */
  public static final String X_HAT = "x_hat";

  /**
   * Uint8 [n, height, width, channels]; of samples: x_hat clipped to [-1, 1], scaled to 0..255,
   * rounded.
   */
  public static final String IMAGES = "images";

  /** Float32 scalar. */
  public static final String SIGMA_MIN = "sigma_min";

  /** Float32 scalar. */
  public static final String SIGMA_MAX = "sigma_max";

  /** What stands before a weight's name in the name of its moving average. */
  public static final String EMA_PREFIX = "ema/";

  /** What stands before a weight's name in the name of a score model's copy of it. */
  public static final String SCORE_PREFIX = "score/";

  /** Scope of the operations that start a program from another run's averages. */
  public static final String START_SCOPE = "import_start";

  /** Scope of the operations that copy a score model's averages. */
  public static final String SCORE_SCOPE = "import_score";

  /** Scope of the operations that write and read every variable. */
  public static final String SAVE_SCOPE = "save";

  /** Scope of an export's operations that read the averages out of a training checkpoint. */
  public static final String IMPORT_SCOPE = "import_average";

  /** Folder of a SavedModel with files that TensorFlow leaves alone. */
  public static final String EXTRA_FOLDER = "assets.extra";

  /** File in {@link #EXTRA_FOLDER}: the resolved experiment. */
  public static final String EXPERIMENT_FILE = "experiment.textproto";

  /** File in {@link #EXTRA_FOLDER}: the version of Couplet that wrote the model. */
  public static final String VERSION_FILE = "couplet_version";
}
