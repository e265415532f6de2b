package org.couplet.config;

import org.couplet.config.proto.DatasetConfig;
import org.tensorflow.ndarray.Shape;

/** The shape of one element of a data set, known from the config alone. */
public final class ElementShape {
  private static final int COORDINATES = 2;
  private static final int PROCEDURAL_CHANNELS = 3;

  private ElementShape() {}

  /**
   * The shape that the config declares.
   *
   * @param dataset of a resolved experiment
   * @return [height, width, channels] of an image, [2] of a point
   */
  public static Shape of(DatasetConfig dataset) {
    return switch (dataset.getSourceCase()) {
      case IMAGE_FILE ->
          image(dataset.getImageFile().getResolution(), dataset.getImageFile().getChannels());
      case PROCEDURAL -> image(dataset.getProcedural().getResolution(), PROCEDURAL_CHANNELS);
      case GAUSSIANS -> Shape.of(COORDINATES);
      case SOURCE_NOT_SET -> throw new IllegalArgumentException("dataset is not resolved");
    };
  }

  private static Shape image(int resolution, int channels) {
    return Shape.of(resolution, resolution, channels);
  }
}
