package org.couplet.program;

import static org.couplet.contract.Contract.EXTRA_FOLDER;
import static org.couplet.contract.Contract.FEATURES;
import static org.couplet.contract.Contract.IMAGES;
import static org.couplet.contract.Contract.LOGITS_UNBIASED;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.io.ContentHash;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Spelling;
import org.couplet.loading.LoadedModel;
import org.couplet.loading.SavedModelGraph;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A network that makes a vector of features of each image, for metrics to compare. Any SavedModel
 * will do that has a signature with one input of images, uint8 or float32 (0..255 either way), and
 * one output of features.
 */
public final class FeatureProgram implements AutoCloseable {
  // Covariances are square arrays, which Java can't have larger.
  private static final int MOST_FEATURES = 46_340;

  /** Where Inception is written by convention. */
  public static final String USUAL_FOLDER = "savedmodels/inception";

  private static final String OUTPUT = "output";

  /** Number of features of the published Inception graph. */
  public static final int INCEPTION_FEATURES = 2048;

  private static final int INCEPTION_CLASSES = 1008;

  private final LoadedModel model;
  private final Signature signature;
  private final String input;
  private final String output;
  private final int dimension;
  private final String fingerprint;

  /**
   * What the network made of some images.
   *
   * @param features [n, {@link #dimension}], row-major
   * @param logits [n, {@link #classes}], without biases; empty if they were not asked for
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  public record Outputs(float[] features, float[] logits) {}

  private FeatureProgram(LoadedModel model, Signature signature) throws IOException {
    this.model = model;
    this.signature = signature;
    model.require(signature);
    String files = ContentHash.of(folder(), name -> !name.startsWith(EXTRA_FOLDER + "/"));
    fingerprint = isUsual() ? files : ContentHash.of(files + " " + signature.name());
    input = only(model.inputs(signature), IMAGES, "input");
    output = only(model.outputs(signature), FEATURES, OUTPUT);
    DataType type = model.inputType(signature, input);
    if (type != DataType.DT_UINT8 && type != DataType.DT_FLOAT) {
      throw refusal(
          "the input '" + input + "' is of type " + type + "; give a SavedModel of uint8 or float");
    }
    if (model.outputType(signature, output) != DataType.DT_FLOAT) {
      throw refusal("the output '" + output + "' is not of type float");
    }
    dimension = columns(signature, output);
  }

  private boolean isUsual() {
    return signature.name().equals(Signature.FEATURES.name());
  }

  // Of several outputs, the one that has the name that Couplet gives it.
  private String only(List<String> names, String usual, String kind) {
    if (names.size() == 1) {
      return names.get(0);
    }
    if (kind.equals(OUTPUT) && names.contains(usual)) {
      return usual;
    }
    throw refusal(
        "has %d %ss (%s); give a SavedModel with one"
            .formatted(names.size(), kind, String.join(", ", names)));
  }

  private int columns(Signature of, String name) {
    Shape shape = model.outputShape(of, name);
    if (shape.isUnknown() || shape.numDimensions() != 2 || shape.get(1) < 1) {
      throw refusal(
          "the output '%s' has the shape %s; give a SavedModel where it is [-1, dimension]"
              .formatted(name, shape.isUnknown() ? "unknown" : shape.toString()));
    }
    if (shape.get(1) > MOST_FEATURES) {
      throw refusal(
          "the output '%s' has %d features; at most %d can be compared"
              .formatted(name, shape.get(1), MOST_FEATURES));
    }
    return (int) shape.get(1);
  }

  private InvalidInputException refusal(String problem) {
    return new InvalidInputException(
        model.folder() + ": the signature '" + signature.name() + "': " + problem);
  }

  /**
   * Loads a feature network with {@link Signature#FEATURES}.
   *
   * @param folder a SavedModel
   * @param threads of one operation; 0: all cores
   */
  public static FeatureProgram load(Path folder, int threads) throws IOException {
    return load(folder, Signature.FEATURES.name(), threads);
  }

  /**
   * Loads a feature network.
   *
   * @param folder a SavedModel with the tag {@link Contract#SERVE_TAG}
   * @param signature one with an input of images [n, height, width, channels] and an output of
   *     features [n, dimension]; where there are several they have Couplet's names
   * @param threads of one operation; 0: all cores
   * @throws InvalidInputException if it has no such signature
   */
  public static FeatureProgram load(Path folder, String signature, int threads) throws IOException {
    require(folder);
    LoadedModel model = LoadedModel.load(folder, threads);
    try {
      return new FeatureProgram(model, Signature.named(signature));
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Requires a SavedModel in a folder.
   *
   * @throws InvalidInputException if there is none
   */
  public static void require(Path folder) {
    if (!SavedModelGraph.isIn(folder)) {
      throw new InvalidInputException(
          folder
              + ": no feature network is there (saved_model.pb is missing)"
              + "; "
              + source()
              + Spelling.nearby(folder, SavedModelGraph::isIn));
    }
  }

  /** Ends a message that no feature network is there: how to get one. */
  public static String source() {
    Invocation couplet = Invocation.ofProcess();
    return "%s makes %s; without a download, %s makes random features, which compare models only with each other"
        .formatted(
            couplet.shipped("tools/fetch-inception.sh"),
            USUAL_FOLDER,
            couplet.line("inception", "--from", "random", "--output", "savedmodels/random"));
  }

  /** The SavedModel's folder. */
  public Path folder() {
    return model.folder();
  }

  /**
   * SHA-256 of the network as 64 hexadecimal digits: features with different ones can't be
   * compared. It is the hash of the SavedModel's files but for {@link Contract#EXTRA_FOLDER}, and
   * of the signature where that is not {@link Signature#FEATURES}.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /** Number of features of an image. */
  public int dimension() {
    return dimension;
  }

  /**
   * Whether it has the outputs of the published Inception graph, as {@code couplet inception}
   * writes it: only then is a Frechet distance called FID.
   */
  public boolean isInception() {
    return dimension == INCEPTION_FEATURES && classes() == INCEPTION_CLASSES;
  }

  /** Number of classes of {@link Signature#LOGITS}; 0 without one. */
  public int classes() {
    boolean classifies =
        isUsual()
            && model.hasOutput(Signature.LOGITS, LOGITS_UNBIASED)
            && model.inputs(Signature.LOGITS).contains(input);
    return classifies ? columns(Signature.LOGITS, LOGITS_UNBIASED) : 0;
  }

  /**
   * The features of some images; those of one do not depend on the others.
   *
   * @param images uint8 [n, height, width, channels], n at least 1; stays the caller's
   * @return [n, {@link #dimension}], row-major
   * @throws InvalidInputException if the network is for images of another shape
   */
  public float[] features(TUint8 images) {
    return outputs(images, false).features();
  }

  /**
   * The features of some images, and what classes they are taken for.
   *
   * @param images as of {@link #features}
   * @param logits whether to make the logits too; {@link #classes} must not be 0 then
   */
  public Outputs outputs(TUint8 images, boolean logits) {
    check(images.shape());
    // One signature has both, so that the network runs once.
    Signature called = logits ? Signature.LOGITS : signature;
    List<String> outputs = logits ? List.of(FEATURES, LOGITS_UNBIASED) : List.of(output);
    boolean bytes = model.inputType(called, input) == DataType.DT_UINT8;
    try (@Nullable TFloat32 floats = bytes ? null : Floats.of(images)) {
      TType fed = floats == null ? images : floats;
      try (Result result = call(called, fed, outputs)) {
        return new Outputs(
            rows(result, 0, images, dimension),
            logits ? rows(result, 1, images, classes()) : new float[0]);
      }
    }
  }

  private Result call(Signature called, TType images, List<String> outputs) {
    try {
      return model.tried(called, Map.of(input, images), outputs);
    } catch (TFResourceExhaustedException e) {
      throw e;
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      // TensorFlow's errors have different parents.
      InvalidInputException refusal =
          refusal("fails on images of shape " + images.shape() + ": " + ErrorSummary.of(e));
      refusal.initCause(e);
      throw refusal;
    }
  }

  private float[] rows(Result result, int index, TUint8 images, int columns) {
    float[] rows = Floats.of((TFloat32) result.get(index));
    if (rows.length != images.shape().get(0) * columns) {
      throw refusal(
          "makes %d values of %d images, not %d each; give one that treats images one by one"
              .formatted(rows.length, images.shape().get(0), columns));
    }
    return rows;
  }

  private void check(Shape images) {
    Shape declared = model.inputShape(signature, input);
    boolean fits = declared.isUnknown() || declared.numDimensions() == images.numDimensions();
    for (int i = 0; fits && !declared.isUnknown() && i < images.numDimensions(); i++) {
      fits = declared.get(i) < 0 || declared.get(i) == images.get(i);
    }
    boolean fixedBatch =
        !declared.isUnknown() && declared.numDimensions() > 0 && declared.get(0) > 0;
    if (!fits) {
      throw refusal(
          "images of shape %s do not fit its input %s; %s"
              .formatted(
                  images,
                  declared,
                  fixedBatch
                      ? "give a SavedModel for any number of images"
                      : "convert them with `couplet data`, or give another SavedModel"));
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
