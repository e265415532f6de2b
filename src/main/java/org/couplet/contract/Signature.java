package org.couplet.contract;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A signature of a SavedModel: what the building half writes and the running half calls. Tensors
 * have the names, types and shapes of {@link Contract}.
 *
 * @param name in the SavedModel
 * @param inputs that it takes
 * @param outputs that it makes
 * @param optional inputs and outputs that only some programs have
 */
public record Signature(
    String name, List<String> inputs, List<String> outputs, Set<String> optional) {
  /** One training step. Every variable has its new value when an output is there. */
  public static final Signature TRAIN =
      new Signature(
          "train",
          List.of(
              Contract.BATCH,
              Contract.SEED,
              Contract.SIGMAS,
              Contract.NUM_LEVELS,
              Contract.MU,
              Contract.GAP,
              Contract.LEARNING_RATE,
              Contract.EMA_DECAY),
          List.of(Contract.LOSS, Contract.GRADIENT_NORM),
          Set.of(
              Contract.LABELS, Contract.NOISE_ASSIGNMENT, Contract.FIRST_ROW, Contract.STOPPING));

  /** Sets every variable to its value before training. */
  public static final Signature INITIALIZE =
      of("initialize", List.of(Contract.SEED), List.of(Contract.STEP));

  /** The number of completed steps. */
  public static final Signature PROGRESS = of("progress", List.of(), List.of(Contract.STEP));

  /** Rows of a reproducible noise table. */
  public static final Signature NOISE_TABLE =
      of(
          "noise",
          List.of(Contract.SEED, Contract.DRAW, Contract.FIRST, Contract.COUNT),
          List.of(Contract.NOISE));

  /** Samples from noise in one network call. */
  public static final Signature GENERATE =
      samples("generate", List.of(Contract.NOISE, Contract.SIGMA), Contract.X_HAT);

  /** A further sampling step. */
  public static final Signature REFINE =
      samples("refine", List.of(Contract.X_HAT, Contract.NOISE, Contract.SIGMA), Contract.X_HAT);

  /**
   * Of a score model: one step of Euler's solver down its probability flow, from {@link
   * Contract#SIGMA} to {@link Contract#NEXT} (both [n]).
   */
  public static final Signature EULER = flow("euler");

  /** Of a score model: as {@link #EULER}, with Heun's solver. */
  public static final Signature HEUN = flow("heun");

  /**
   * Of a batch-OT program: squared distances between data and noise rows of a step, for the choice
   * of {@link Contract#NOISE_ASSIGNMENT}.
   */
  public static final Signature PAIR_COSTS =
      new Signature(
          "pair_costs",
          List.of(Contract.BATCH, Contract.SEED, Contract.STEP),
          List.of(Contract.COSTS),
          Set.of(Contract.FIRST_ROW));

  /**
   * Of a batch-OT program for one worker: squared distances between data rows, any number, and the
   * noise rows of a step; mirrored alike, if the step mirrors its rows.
   */
  public static final Signature POOL_COSTS =
      of(
          "pool_costs",
          List.of(Contract.BATCH, Contract.SEED, Contract.STEP),
          List.of(Contract.COSTS));

  /** Of a program for several workers: gives every variable the value that it has for the first. */
  public static final Signature SYNCHRONIZE =
      of("synchronize", List.of(Contract.FIRST_ROW), List.of(Contract.STEP));

  /** Of a program for several workers: whether two have the same variables. */
  public static final Signature CHECKSUM =
      of(Contract.CHECKSUM, List.of(), List.of(Contract.CHECKSUM));

  /** Of a program that measures it: trace of the covariance of the rows' gradients. */
  public static final Signature GRADIENT_VARIANCE =
      ofStep("gradient_variance", List.of(Contract.GRADIENT_VARIANCE));

  /** The pairs that the next step would train on. */
  public static final Signature PAIRS =
      ofStep(
          "pairs", List.of(Contract.LOW, Contract.HIGH, Contract.SIGMA_LOW, Contract.SIGMA_HIGH));

  /** The loss of the step that has a number, {@link Contract#STEP}, without training on it. */
  public static final Signature LOSS =
      new Signature(
          "loss",
          Stream.concat(TRAIN.inputs.stream(), Stream.of(Contract.STEP)).toList(),
          List.of(Contract.LOSS),
          TRAIN.optional);

  /**
   * Points at one level (scalar) under both couplings, the generator-induced with the averaged
   * weights.
   */
  public static final Signature COUPLED_POINTS =
      new Signature(
          "coupled_points",
          List.of(Contract.BATCH, Contract.SEED, Contract.STEP, Contract.SIGMA),
          List.of(
              Contract.DATA,
              Contract.NOISE,
              Contract.POINTS,
              Contract.X_HAT,
              Contract.INDUCED_POINTS),
          Set.of(Contract.LABELS, Contract.FIRST_ROW));

  /** The range of noise levels. */
  public static final Signature RANGE =
      of("range", List.of(), List.of(Contract.SIGMA_MIN, Contract.SIGMA_MAX, Contract.RHO));

  /** Of a model with classes. */
  public static final Signature CLASSES =
      of("classes", List.of(), List.of(Contract.CLASS_NAMES, Contract.CLASS_SHARES));

  /**
   * Of a model with classes: labels of rows of a seed, as often as the classes are in the data. A
   * row's label does not depend on which others are asked for.
   */
  public static final Signature LABEL_TABLE =
      of(
          "labels",
          List.of(Contract.SEED, Contract.FIRST, Contract.COUNT),
          List.of(Contract.LABELS));

  /**
   * Of a score model that was also trained without its classes: as {@link #HEUN}, with {@link
   * Contract#GUIDANCE}.
   */
  public static final Signature HEUN_GUIDED = guided("heun_guided");

  /** As {@link #HEUN_GUIDED}, by Euler's solver. */
  public static final Signature EULER_GUIDED = guided("euler_guided");

  /**
   * Of an export: rows 0 to {@link Contract#COUNT} - 1 of a seed, through the levels {@link
   * Contract#SIGMAS}, float32 [steps], highest first.
   */
  public static final Signature SAMPLE =
      samples("sample", List.of(Contract.SEED, Contract.COUNT, Contract.SIGMAS), Contract.X_HAT);

  /** Of an exported consistency model: {@link #GENERATE} at sigma_max. */
  public static final Signature SERVING_DEFAULT =
      samples("serving_default", List.of(Contract.NOISE), Contract.X_HAT);

  /** Of an exported score model: its denoiser, {@link Contract#SIGMA} [n]. */
  public static final Signature SERVING_DENOISER =
      new Signature(
          SERVING_DEFAULT.name,
          List.of(Contract.POINTS, Contract.SIGMA),
          List.of(Contract.X_HAT),
          Set.of(Contract.LABELS));

  /** Of a feature network: features of each image. */
  public static final Signature FEATURES =
      of(Contract.FEATURES, List.of(Contract.IMAGES), List.of(Contract.FEATURES));

  /** Of a feature network that classifies too. */
  public static final Signature LOGITS =
      of(
          Contract.LOGITS,
          List.of(Contract.IMAGES),
          List.of(Contract.LOGITS, Contract.LOGITS_UNBIASED, Contract.FEATURES));

  private static final String ONLINE = "_online";

  /** Copies the collections. */
  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    optional = Set.copyOf(optional);
  }

  private static Signature of(String name, List<String> inputs, List<String> outputs) {
    return new Signature(name, inputs, outputs, Set.of());
  }

  private static Signature ofStep(String name, List<String> outputs) {
    return new Signature(name, TRAIN.inputs, outputs, TRAIN.optional);
  }

  private static Signature samples(String name, List<String> inputs, String output) {
    return new Signature(
        name,
        inputs,
        List.of(output),
        Set.of(Contract.LABELS, Contract.IMAGES, Contract.IMAGES_PNG));
  }

  private static Signature flow(String name) {
    return samples(name, List.of(Contract.POINTS, Contract.SIGMA, Contract.NEXT), Contract.POINTS);
  }

  private static Signature guided(String name) {
    return samples(
        name,
        List.of(Contract.POINTS, Contract.SIGMA, Contract.NEXT, Contract.GUIDANCE),
        Contract.POINTS);
  }

  /** One that others wrote: nothing is known but its name. */
  public static Signature named(String name) {
    return of(name, List.of(), List.of());
  }

  /** The same with the online weights; a training program's only. */
  public Signature online() {
    return new Signature(name + ONLINE, inputs, outputs, optional);
  }

  /**
   * Requires the tensors that it names.
   *
   * @throws IllegalArgumentException if one is missing or has another name
   */
  public void check(Map<String, ?> given, Map<String, ?> made) {
    check(given.keySet(), inputs);
    check(made.keySet(), outputs);
  }

  private void check(Set<String> names, List<String> required) {
    Set<String> known = new HashSet<>(required);
    known.addAll(optional);
    if (!names.containsAll(required) || !known.containsAll(names)) {
      throw new IllegalArgumentException(name + " has " + names + ", not " + required);
    }
  }
}
