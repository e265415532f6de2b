package org.couplet.program;

import static org.couplet.contract.Contract.CLASS_NAMES;
import static org.couplet.contract.Contract.CLASS_SHARES;
import static org.couplet.contract.Contract.COUNT;
import static org.couplet.contract.Contract.DRAW;
import static org.couplet.contract.Contract.FIRST;
import static org.couplet.contract.Contract.GUIDANCE;
import static org.couplet.contract.Contract.IMAGES;
import static org.couplet.contract.Contract.LABELS;
import static org.couplet.contract.Contract.NEXT;
import static org.couplet.contract.Contract.NOISE;
import static org.couplet.contract.Contract.POINTS;
import static org.couplet.contract.Contract.RHO;
import static org.couplet.contract.Contract.SEED;
import static org.couplet.contract.Contract.SERVE_TAG;
import static org.couplet.contract.Contract.SIGMA;
import static org.couplet.contract.Contract.SIGMA_MAX;
import static org.couplet.contract.Contract.SIGMA_MIN;
import static org.couplet.contract.Contract.X_HAT;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.io.AtomicFile;
import org.couplet.io.ErrorSummary;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.loading.LoadedModel;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A model that makes samples, a consistency model or a score model: an export, or one of a training
 * program's two sets of weights. A sample depends on the seed and its row alone, not on how many
 * are made at once.
 */
public final class SamplingProgram implements AutoCloseable {
  private static final int[] NO_LABELS = new int[0];

  private final LoadedModel model;
  private final boolean online;
  private final boolean ownsModel;
  private final Solver solver;
  private final double guidance;
  private final ClassChoice choice;

  /** How a score model's probability flow is followed. */
  public enum Solver {
    /** First order: one network call a level. */
    EULER,
    /** Second order: two network calls a level, one at the last. */
    HEUN;

    private Signature signature(boolean guided) {
      return switch (this) {
        case EULER -> guided ? Signature.EULER_GUIDED : Signature.EULER;
        case HEUN -> guided ? Signature.HEUN_GUIDED : Signature.HEUN;
      };
    }
  }

  private SamplingProgram(
      LoadedModel model,
      boolean online,
      boolean ownsModel,
      Solver solver,
      double guidance,
      @Nullable ClassChoice choice) {
    this.model = model;
    this.online = online;
    this.ownsModel = ownsModel;
    this.solver = solver;
    this.guidance = guidance;
    this.choice = choice == null ? this::drawnLabels : choice;
  }

  /**
   * Of a training program, which stays open.
   *
   * @param online whether its online weights make the samples; else their average
   */
  static SamplingProgram sharing(LoadedModel model, boolean online) {
    return new SamplingProgram(model, online, false, Solver.HEUN, 1, null);
  }

  /**
   * Loads an export.
   *
   * @param folder a SavedModel that {@code couplet export} wrote
   * @param threads of one operation; 0: all cores
   */
  public static SamplingProgram load(Path folder, int threads) {
    LoadedModel model = LoadedModel.load(folder, threads);
    try {
      check(model, false);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new SamplingProgram(model, false, true, Solver.HEUN, 1, null);
  }

  /**
   * Fills an export's weights with the averages in a training checkpoint and writes them where the
   * SavedModel looks for them.
   *
   * @param folder an export without a variables folder
   * @param checkpoint prefix of a training checkpoint
   */
  public static void loadAverages(Path folder, Path checkpoint) throws IOException {
    try (LoadedModel model = LoadedModel.load(folder, SERVE_TAG, 0)) {
      model.restore(
          checkpoint,
          Contract.IMPORT_SCOPE + "/filename:0",
          Contract.IMPORT_SCOPE + "/restore_all");
      Path variables = folder.resolve("variables");
      AtomicFile.createFolder(variables);
      save(model, variables.resolve("variables"));
    }
  }

  // A disk that is full is a failure of a file, not of the model.
  private static void save(LoadedModel model, Path prefix) throws IOException {
    try {
      model.save(prefix);
    } catch (RuntimeException e) {
      Optional<FileFailure> failure = FileFailure.in(ErrorSummary.of(e));
      if (failure.isPresent()) {
        throw failure.get();
      }
      throw e;
    }
  }

  static void check(LoadedModel model, boolean online) {
    SamplingProgram program = sharing(model, online);
    model.require(Signature.NOISE_TABLE);
    model.require(Signature.RANGE);
    if (program.followsFlow()) {
      model.require(program.named(Signature.EULER));
      model.require(program.named(Signature.HEUN));
    } else {
      model.require(program.named(Signature.GENERATE));
      model.require(program.named(Signature.REFINE));
    }
  }

  private Signature named(Signature signature) {
    return online ? signature.online() : signature;
  }

  /** The same model, its probability flow followed by another solver; Heun's is the default. */
  public SamplingProgram with(Solver other) {
    return new SamplingProgram(model, online, ownsModel, other, guidance, choice);
  }

  /**
   * Whether its samples can be {@link #guided}: a score model that also knows images of no class.
   */
  public boolean canBeGuided() {
    return model.has(named(Signature.HEUN_GUIDED));
  }

  /**
   * The same model, its flow moved as far as the class moves it times {@code strength}
   * (classifier-free guidance); twice the network calls.
   *
   * @param strength 1 changes nothing, 0 leaves the class out
   * @throws InvalidInputException unless it {@link #canBeGuided}
   */
  public SamplingProgram guided(double strength) {
    if (!canBeGuided()) {
      throw new InvalidInputException(
          "--guidance: is for score models that were trained with network.label_dropout above 0;"
              + " leave it out");
    }
    return new SamplingProgram(model, online, ownsModel, solver, strength, choice);
  }

  /**
   * Whether this is a score model, sampled along its probability flow; else it is a consistency
   * model.
   */
  public boolean followsFlow() {
    return model.has(named(Signature.HEUN));
  }

  /** What its samples are. */
  public SampleForm form() {
    return new SampleForm(elementShape(), makesImages(), followsFlow());
  }

  /** Shape of a sample: [height, width, channels] or [2]. */
  public Shape elementShape() {
    Shape rows =
        followsFlow()
            ? model.inputShape(named(Signature.HEUN), POINTS)
            : model.inputShape(named(Signature.GENERATE), NOISE);
    return rows.tail();
  }

  /** Whether samples are images, so that {@link #images} works. */
  public boolean makesImages() {
    return model.hasOutput(named(followsFlow() ? Signature.HEUN : Signature.GENERATE), IMAGES);
  }

  /** Exponent of the Karras levels between the two ends. */
  public double rho() {
    return range(RHO);
  }

  /** Lowest noise level. */
  public double sigmaMin() {
    return range(SIGMA_MIN);
  }

  /** Highest noise level, where sampling starts. */
  public double sigmaMax() {
    return range(SIGMA_MAX);
  }

  /**
   * Makes samples.
   *
   * @param seed of the noise
   * @param first row of the first sample, at least 0
   * @param count number of samples, at least 1
   * @param sigmas falling noise levels. A consistency model makes one network call at each; empty:
   *     one call at sigma_max. A score model is led from each to the next, and from the last to 0;
   *     not empty
   * @return float32 [count, element...], not clipped; the caller closes it
   */
  public TFloat32 samples(long seed, long first, int count, List<Double> sigmas) {
    return samples(start(seed, first, count), count, sigmas);
  }

  /**
   * Makes images; as {@link #samples}.
   *
   * @return uint8 [count, height, width, channels]; the caller closes it
   */
  public TUint8 images(long seed, long first, int count, List<Double> sigmas) {
    return images(start(seed, first, count), count, sigmas);
  }

  /**
   * Makes images from a start of the caller's; otherwise as {@link #images(long, long, int, List)}.
   *
   * @param count of its rows
   */
  public TUint8 images(Start start, int count, List<Double> sigmas) {
    return (TUint8) outputs(start, count, sigmas, List.of(IMAGES)).get(0);
  }

  /** Makes samples from a start of the caller's; otherwise as the method of the same name. */
  public TFloat32 samples(Start start, int count, List<Double> sigmas) {
    return (TFloat32) outputs(start, count, sigmas, List.of(X_HAT)).get(0);
  }

  /**
   * Makes several outputs of the same samples; otherwise as {@link #images(Start, int, List)}.
   *
   * @param outputs of the signature {@code sample}, such as {@link Contract#X_HAT}
   * @return them in this order; the caller closes each
   */
  public List<TType> outputs(Start start, int count, List<Double> sigmas, List<String> outputs) {
    return followsFlow()
        ? alongFlow(
            start,
            count,
            sigmas,
            outputs.stream().map(output -> output.equals(X_HAT) ? POINTS : output).toList())
        : byEstimates(start, sigmas, outputs);
  }

  /** What rows of samples start from: their noise and, of a model with classes, their labels. */
  @FunctionalInterface
  public interface Start {
    /**
     * The noise of a sampling step.
     *
     * @param number 0 for the noise that samples start as, 1 and more for that of further steps
     * @return float32 [rows, element...], which the caller closes
     */
    TFloat32 noise(long number);

    /** The class of each row; none for a model without classes. */
    default int[] labels() {
      return NO_LABELS;
    }

    /** Comes before the network is called at each level; may end the sampling by an exception. */
    default void beforeLevel() {}
  }

  /**
   * Reproducible noise and labels.
   *
   * @param seed of both
   * @param first row, at least 0
   * @param count of rows
   */
  public Start start(long seed, long first, int count) {
    int[] labels = hasClasses() ? choice.labels(seed, first, count) : NO_LABELS;
    return new Start() {
      @Override
      public TFloat32 noise(long number) {
        return SamplingProgram.this.noise(seed, number, first, count);
      }

      @Override
      public int[] labels() {
        return labels;
      }
    };
  }

  /** Which classes rows of a model with classes have. */
  @FunctionalInterface
  public interface ClassChoice {
    /** The labels of rows {@code first} to {@code first + count - 1} of a seed. */
    int[] labels(long seed, long first, int count);
  }

  /** The same model, its rows of classes of the caller's choice, not in the model's shares. */
  public SamplingProgram with(ClassChoice other) {
    return new SamplingProgram(model, online, ownsModel, solver, guidance, other);
  }

  /** Which classes its rows have. */
  public ClassChoice classChoice() {
    return choice;
  }

  /** Whether samples are of classes. */
  public boolean hasClasses() {
    return model.has(Signature.CLASSES);
  }

  /** Names of the classes, in the order of their numbers; none of a model without. */
  public List<String> classes() {
    if (!hasClasses()) {
      return List.of();
    }
    try (Result result = model.call(Signature.CLASSES, Map.of(), List.of(CLASS_NAMES))) {
      List<String> names = new ArrayList<>();
      ((TString) result.get(0)).scalars().forEach(name -> names.add(name.getObject()));
      return names;
    }
  }

  /** Whether its rows are of each class as often, as where the data are not known. */
  public boolean hasEqualShares() {
    try (Result result = model.call(Signature.CLASSES, Map.of(), List.of(CLASS_SHARES))) {
      float[] shares = Floats.of((TFloat32) result.get(0));
      return IntStream.range(1, shares.length).allMatch(i -> shares[i] == shares[0]);
    }
  }

  private int[] drawnLabels(long seed, long first, int count) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 firstTensor = TInt64.scalarOf(first);
        TInt64 countTensor = TInt64.scalarOf(count);
        Result result =
            model.call(
                Signature.LABEL_TABLE,
                Map.of(SEED, seedTensor, FIRST, firstTensor, COUNT, countTensor))) {
      int[] labels = new int[count];
      ((TInt32) result.get(0)).asRawTensor().data().asInts().read(labels);
      return labels;
    }
  }

  /**
   * A consistency model's estimates from noise at a level: f(p, sigma), where p is the noise times
   * the level's share of noise. So of points x + sigma z it takes those over sigma.
   *
   * @param noise [n, element...]; stays the caller's
   * @param labels of the rows, of a model with classes; else empty
   * @return [n, element...], not clipped; the caller closes it
   */
  public TFloat32 generate(TFloat32 noise, double sigma, int[] labels) {
    try (TFloat32 level = TFloat32.scalarOf((float) sigma)) {
      return (TFloat32) one(Signature.GENERATE, Map.of(NOISE, noise, SIGMA, level), labels, X_HAT);
    }
  }

  /**
   * A further step of a consistency model: the estimates get fresh noise of a level and are
   * estimated again.
   *
   * @param estimates [n, element...]; stay the caller's
   * @param noise the same; stays the caller's
   * @param labels of the rows, of a model with classes; else empty
   * @return [n, element...], not clipped; the caller closes it
   */
  public TFloat32 refine(TFloat32 estimates, TFloat32 noise, double sigma, int[] labels) {
    try (TFloat32 level = TFloat32.scalarOf((float) sigma)) {
      return (TFloat32)
          one(
              Signature.REFINE,
              Map.of(X_HAT, estimates, NOISE, noise, SIGMA, level),
              labels,
              X_HAT);
    }
  }

  /** Requires levels that fall from sigma_max towards sigma_min. */
  public void checkSigmas(List<Double> sigmas) {
    if (!sigmas.isEmpty() && sigmas.get(0).floatValue() != (float) sigmaMax()) {
      throw new InvalidInputException(
          "--sigmas: "
              + sigmas.get(0)
              + " comes first, but samples begin as noise at sigma_max; begin the list with "
              + sigmaMax());
    }
    checkFalling(sigmas);
  }

  /** Requires levels that fall, none above sigma_max or below sigma_min. */
  public void checkFalling(List<Double> sigmas) {
    double above = Math.nextUp((float) sigmaMax());
    for (double sigma : sigmas) {
      if (!(sigma < above) || !((float) sigma >= (float) sigmaMin())) {
        throw new InvalidInputException(
            "--sigmas: "
                + sigma
                + " does not fall, or is below sigma_min ("
                + (float) sigmaMin()
                + "); give noise levels, highest first");
      }
      above = sigma;
    }
  }

  /**
   * One solver step of a score model along its probability flow.
   *
   * @param points [n, element...]; stays the caller's
   * @param sigma [n], the points' levels, &gt; 0
   * @param next [n], the levels to go to, at least 0
   * @param labels of the rows, of a model with classes; else empty
   * @return [n, element...]; the caller closes it
   */
  public TFloat32 flow(TFloat32 points, float[] sigma, float[] next, int[] labels) {
    return (TFloat32) flow(points, sigma, next, labels, List.of(POINTS)).get(0);
  }

  private List<TType> flow(
      TFloat32 points, float[] sigma, float[] next, int[] labels, List<String> outputs) {
    boolean guided = guidance != 1;
    try (TFloat32 from = TFloat32.vectorOf(sigma);
        TFloat32 to = TFloat32.vectorOf(next);
        TFloat32 strength = TFloat32.scalarOf((float) guidance)) {
      Map<String, TType> inputs =
          new LinkedHashMap<>(Map.of(POINTS, points, SIGMA, from, NEXT, to));
      if (guided) {
        inputs.put(GUIDANCE, strength);
      }
      return called(solver.signature(guided), inputs, labels, outputs);
    }
  }

  private List<TType> alongFlow(Start start, int count, List<Double> sigmas, List<String> outputs) {
    TFloat32 points = start.noise(0);
    scale(points, sigmas.get(0).floatValue());
    for (int i = 0; i < sigmas.size() - 1; i++) {
      float[] next = filled(count, sigmas.get(i + 1));
      points =
          (TFloat32)
              flowed(start, points, filled(count, sigmas.get(i)), next, List.of(POINTS)).get(0);
    }
    float[] last = filled(count, sigmas.get(sigmas.size() - 1));
    return flowed(start, points, last, filled(count, 0), outputs);
  }

  private List<TType> flowed(
      Start start, TFloat32 points, float[] sigma, float[] next, List<String> outputs) {
    try (points) {
      start.beforeLevel();
      return flow(points, sigma, next, start.labels(), outputs);
    }
  }

  private static void scale(TFloat32 values, float factor) {
    float[] scaled = Floats.of(values);
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    values.asRawTensor().data().asFloats().write(scaled);
  }

  private static float[] filled(int count, double value) {
    float[] values = new float[count];
    Arrays.fill(values, (float) value);
    return values;
  }

  private List<TType> byEstimates(Start start, List<Double> sigmas, List<String> outputs) {
    List<Double> levels = sigmas.isEmpty() ? List.of(sigmaMax()) : sigmas;
    List<TType> current = List.of();
    for (int draw = 0; draw < levels.size(); draw++) {
      List<String> wanted = draw == levels.size() - 1 ? outputs : List.of(X_HAT);
      // What is there already comes first, to be closed whatever fails.
      try (@Nullable TType before = draw == 0 ? null : current.get(0);
          TFloat32 fresh = start.noise(draw);
          TFloat32 sigma = TFloat32.scalarOf(levels.get(draw).floatValue())) {
        start.beforeLevel();
        current =
            before == null
                ? called(
                    Signature.GENERATE, Map.of(NOISE, fresh, SIGMA, sigma), start.labels(), wanted)
                : called(
                    Signature.REFINE,
                    Map.of(X_HAT, before, NOISE, fresh, SIGMA, sigma),
                    start.labels(),
                    wanted);
      }
    }
    return current;
  }

  private TFloat32 noise(long seed, long draw, long first, long count) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 drawTensor = TInt64.scalarOf(draw);
        TInt64 firstTensor = TInt64.scalarOf(first);
        TInt64 countTensor = TInt64.scalarOf(count)) {
      Result result =
          model.call(
              Signature.NOISE_TABLE,
              Map.of(SEED, seedTensor, DRAW, drawTensor, FIRST, firstTensor, COUNT, countTensor));
      return (TFloat32) result.get(0);
    }
  }

  private TType one(Signature signature, Map<String, TType> inputs, int[] labels, String output) {
    return called(signature, inputs, labels, List.of(output)).get(0);
  }

  private List<TType> called(
      Signature signature, Map<String, TType> inputs, int[] labels, List<String> outputs) {
    try (TInt32 classes = TInt32.vectorOf(labels)) {
      Map<String, TType> all = new LinkedHashMap<>(inputs);
      if (hasClasses()) {
        all.put(LABELS, classes);
      }
      Result result = model.call(named(signature), all, outputs);
      return IntStream.range(0, outputs.size()).mapToObj(i -> (TType) result.get(i)).toList();
    }
  }

  private double range(String output) {
    try (Result result = model.call(Signature.RANGE, Map.of(), List.of(output))) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  /** Closes an export; a training program stays open. */
  @Override
  public void close() {
    if (ownsModel) {
      model.close();
    }
  }
}
