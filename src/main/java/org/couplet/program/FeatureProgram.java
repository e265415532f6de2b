package org.couplet.program;

import static org.couplet.program.Contract.FEATURES;
import static org.couplet.program.Contract.IMAGES;
import static org.couplet.program.Contract.SERVE_TAG;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.io.InvalidInputException;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** A network that makes a vector of features of each image, for metrics to compare. */
public final class FeatureProgram implements AutoCloseable {
  private final LoadedModel model;
  private final int dimension;

  private FeatureProgram(LoadedModel model) {
    this.model = model;
    model.require(FEATURES, List.of(IMAGES), List.of(FEATURES));
    Shape shape = model.outputShape(FEATURES, FEATURES);
    if (shape.numDimensions() != 2 || shape.get(1) < 1) {
      throw new InvalidInputException(
          model.folder()
              + ": the output '"
              + FEATURES
              + "' has the shape "
              + shape
              + "; give a SavedModel where it is [-1, dimension]");
    }
    dimension = Math.toIntExact(shape.get(1));
  }

  /**
   * Loads a feature network.
   *
   * @param folder a SavedModel with the signature {@link Contract#FEATURES}
   * @param threads of one operation; 0: all cores
   */
  public static FeatureProgram load(Path folder, int threads) {
    LoadedModel model = LoadedModel.load(folder, SERVE_TAG, threads);
    try {
      return new FeatureProgram(model);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Number of features of an image. */
  public int dimension() {
    return dimension;
  }

  /**
   * The features of some images; those of one do not depend on the others.
   *
   * @param images uint8 [n, height, width, channels], n at least 1; stays the caller's
   * @return [n, {@link #dimension}], row-major
   */
  public float[] features(TUint8 images) {
    try (Result result = model.call(FEATURES, Map.of(IMAGES, images), List.of(FEATURES))) {
      return Floats.of((TFloat32) result.get(0));
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
