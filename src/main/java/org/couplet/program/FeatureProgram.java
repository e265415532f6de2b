package org.couplet.program;

import static org.couplet.program.Contract.EXTRA_FOLDER;
import static org.couplet.program.Contract.FEATURES;
import static org.couplet.program.Contract.IMAGES;
import static org.couplet.program.Contract.LOGITS;
import static org.couplet.program.Contract.LOGITS_UNBIASED;
import static org.couplet.program.Contract.SERVE_TAG;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.io.ContentHash;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
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
  private final LoadedModel model;
  private final String signature;
  private final String input;
  private final String output;
  private final int dimension;

  /**
   * What the network made of some images.
   *
   * @param features [n, {@link #dimension}], row-major
   * @param logits [n, {@link #classes}], without biases; empty if they were not asked for
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  public record Outputs(float[] features, float[] logits) {}

  private FeatureProgram(LoadedModel model, String signature) {
    this.model = model;
    this.signature = signature;
    model.require(signature, List.of(), List.of());
    input = only(model.inputs(signature), IMAGES, "input");
    output = only(model.outputs(signature), FEATURES, "output");
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

  // The one that has the name that Couplet gives it, or the only one.
  private String only(List<String> names, String usual, String kind) {
    if (names.contains(usual)) {
      return usual;
    }
    if (names.size() != 1) {
      throw refusal(
          "several could be its %s (%s); give a SavedModel with one, or with one named '%s'"
              .formatted(kind, String.join(", ", names), usual));
    }
    return names.get(0);
  }

  private int columns(String of, String name) {
    Shape shape = model.outputShape(of, name);
    if (shape.numDimensions() != 2 || shape.get(1) < 1) {
      throw refusal(
          "the output '"
              + name
              + "' has the shape "
              + shape
              + "; give a SavedModel where it is [-1, dimension]");
    }
    return Math.toIntExact(shape.get(1));
  }

  private InvalidInputException refusal(String problem) {
    return new InvalidInputException(
        model.folder() + ": the signature '" + signature + "': " + problem);
  }

  /**
   * Loads a feature network with the signature {@link Contract#FEATURES}.
   *
   * @param folder a SavedModel
   * @param threads of one operation; 0: all cores
   */
  public static FeatureProgram load(Path folder, int threads) {
    return load(folder, FEATURES, threads);
  }

  /**
   * Loads a feature network.
   *
   * @param folder a SavedModel with the tag {@link Contract#SERVE_TAG}
   * @param signature one with an input of images [n, height, width, channels] and an output of
   *     features [n, dimension]; where there are several they are told by Couplet's names
   * @param threads of one operation; 0: all cores
   * @throws InvalidInputException if it has no such signature
   */
  public static FeatureProgram load(Path folder, String signature, int threads) {
    LoadedModel model = LoadedModel.load(folder, SERVE_TAG, threads);
    try {
      return new FeatureProgram(model, signature);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** The SavedModel's folder. */
  public Path folder() {
    return model.folder();
  }

  /**
   * SHA-256 of the network as 64 hexadecimal digits: features with different ones can't be
   * compared. It is the hash of the SavedModel's files but for {@link Contract#EXTRA_FOLDER}, and
   * of the signature where that is not {@link Contract#FEATURES}.
   */
  public String fingerprint() throws IOException {
    String files = ContentHash.of(folder(), name -> !name.startsWith(EXTRA_FOLDER + "/"));
    return signature.equals(FEATURES) ? files : ContentHash.of(files + " " + signature);
  }

  /** Number of features of an image. */
  public int dimension() {
    return dimension;
  }

  /** Number of classes of the signature {@link Contract#LOGITS}; 0 without one. */
  public int classes() {
    boolean classifies = signature.equals(FEATURES) && model.hasOutput(LOGITS, LOGITS_UNBIASED);
    return classifies ? columns(LOGITS, LOGITS_UNBIASED) : 0;
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
    if (logits) {
      // One signature has both, so that the network runs once.
      List<String> both = List.of(FEATURES, LOGITS_UNBIASED);
      try (Result result = model.call(LOGITS, Map.of(IMAGES, images), both)) {
        return new Outputs(
            Floats.of((TFloat32) result.get(0)), Floats.of((TFloat32) result.get(1)));
      }
    }
    boolean bytes = model.inputType(signature, input) == DataType.DT_UINT8;
    try (@Nullable TFloat32 floats = bytes ? null : Floats.of(images)) {
      TType fed = floats == null ? images : floats;
      try (Result result = model.call(signature, Map.of(input, fed), List.of(output))) {
        return new Outputs(Floats.of((TFloat32) result.get(0)), new float[0]);
      }
    }
  }

  private void check(Shape images) {
    Shape declared = model.inputShape(signature, input);
    boolean fits = declared.isUnknown() || declared.numDimensions() == images.numDimensions();
    for (int i = 0; fits && !declared.isUnknown() && i < images.numDimensions(); i++) {
      fits = declared.get(i) < 0 || declared.get(i) == images.get(i);
    }
    if (!fits) {
      throw refusal(
          "images of shape "
              + images
              + " do not fit its input "
              + declared
              + "; convert them with `couplet data`, or give another SavedModel");
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
