package org.couplet.contract;

import org.tensorflow.proto.DataType;

/**
 * The names in a SavedModel that both halves of Couplet rely on; {@link Signature} has its
 * signatures.
 */
public final class Contract {
  private Contract() {}

  /** The type of a signature's output. */
  public static DataType outputType(String output) {
    return switch (output) {
      case STEP, CHECKSUM -> DataType.DT_INT64;
      case LABELS -> DataType.DT_INT32;
      case IMAGES -> DataType.DT_UINT8;
      case IMAGES_PNG, CLASS_NAMES -> DataType.DT_STRING;
      default -> DataType.DT_FLOAT;
    };
  }

  /**
   * Rows of samples that are computed together: a row's last bits may depend on how many they are.
   */
  public static final int SAMPLES_AT_ONCE = 100;

  /** Tag of a training program. */
  public static final String TRAIN_TAG = "train";

  /** Tag of an exported, inference-only model. */
  public static final String SERVE_TAG = "serve";

  /** Float32 scalar: trace of the covariance of the rows' gradients. */
  public static final String GRADIENT_VARIANCE = "gradient_variance";

  /** Float32 [n, dimension]: what a feature network makes of each image. */
  public static final String FEATURES = "features";

  /** Float32 [n, classes]. */
  public static final String LOGITS = "logits";

  /**
   * Float32 [n, classes]: {@link #LOGITS} without the classifier's biases, which the first
   * Inception scores (Salimans et al. 2016) left out.
   */
  public static final String LOGITS_UNBIASED = "logits_unbiased";

  /** Uint8 [n, height, width, channels] images or float32 [n, 2] points, in random order. */
  public static final String BATCH = "batch";

  /**
   * Int32 [n], of a model with classes: the class of each row, from 0; -1 for a row whose class is
   * not told.
   */
  public static final String LABELS = "labels";

  /** String [classes], of a model with classes: their names. */
  public static final String CLASS_NAMES = "class_names";

  /** Float32 [classes], of a model with classes: their shares of the data; their sum is 1. */
  public static final String CLASS_SHARES = "class_shares";

  /**
   * Float32 scalar w: points follow the score of no class, moved w times as far as the class moves
   * it (classifier-free guidance); 1 is the score of the class.
   */
  public static final String GUIDANCE = "guidance";

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
  public static final String NOISE_ASSIGNMENT = "columns";

  /**
   * Int64 scalar, of a program for several workers: the place of this worker's first row in the
   * whole batch.
   */
  public static final String FIRST_ROW = "first_row";

  /**
   * Float32 scalar, of a program for several workers: 1 where this worker wants to stop, else 0; as
   * an output, the share of the workers that do.
   */
  public static final String STOPPING = "stopping";

  /** Int64 scalar: a sum over the bits of every variable. */
  public static final String CHECKSUM = "checksum";

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

  /**
   * String [n], the samples as PNG files. TensorFlow Serving's REST interface writes strings as
   * base64 where the name ends in _bytes.
   */
  public static final String IMAGES_PNG = "images_png_bytes";

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

  /** File in {@link #EXTRA_FOLDER}: SHA-256 of {@code saved_model.pb}, hexadecimal. */
  public static final String DIGEST_FILE = "saved_model.sha256";

  /** File in {@link #EXTRA_FOLDER}: the version of Couplet that wrote the model. */
  public static final String VERSION_FILE = "couplet_version";
}
