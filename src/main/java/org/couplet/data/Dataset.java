package org.couplet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.GaussianMixtureConfig;
import org.couplet.config.proto.ImageFileConfig;
import org.couplet.config.proto.ProceduralImagesConfig;
import org.couplet.io.InvalidInputException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TType;

/** Elements with random access: images or points. Safe for use by several threads. */
public sealed interface Dataset extends AutoCloseable
    permits NpyImages, ProceduralImages, GaussianPoints {

  /** Number of elements, at least 1. */
  long size();

  /** Shape of one element: [height, width, channels] of an image, [2] of a point. */
  Shape elementShape();

  /**
   * The elements at some indices, in that order, as one tensor that the caller closes.
   *
   * @param indices each in 0..size-1; repetitions are fine
   * @return uint8 [n, height, width, channels], values 0..255, or float32 [n, 2]
   * @throws IndexOutOfBoundsException if an index is outside
   */
  TType batch(long[] indices);

  /** The elements' classes, read or drawn anew; empty if they have none. */
  default Optional<ClassLabels> classLabels() throws IOException {
    return Optional.empty();
  }

  @Override
  void close();

  /**
   * Opens what a configuration asks for.
   *
   * @throws InvalidInputException if no source is named, or its file is not what the configuration
   *     says
   */
  static Dataset open(DatasetConfig config) throws IOException {
    switch (config.getSourceCase()) {
      case IMAGE_FILE -> {
        ImageFileConfig file = config.getImageFile();
        return NpyImages.open(Path.of(file.getPath()), file.getResolution(), file.getChannels());
      }
      case PROCEDURAL -> {
        return new ProceduralImages(
            config.getProcedural().getResolution(),
            config.getProcedural().getCount(),
            config.getProcedural().getLabels() == ProceduralImagesConfig.Labels.COLOUR_AND_FORM);
      }
      case GAUSSIANS -> {
        GaussianMixtureConfig mixture = config.getGaussians();
        return new GaussianPoints(
            mixture.getCount(),
            mixture.getOffset(),
            mixture.getStandardDeviation(),
            mixture.getSeed());
      }
      case SOURCE_NOT_SET -> {}
    }
    throw new InvalidInputException(
        "dataset: no source; give one of image_file, procedural, gaussians");
  }
}
