package org.couplet.editing;

import java.io.IOException;
import java.util.List;
import org.couplet.io.InvalidInputException;
import org.tensorflow.ndarray.Shape;

/** A kind of edit: which images it takes, where it begins and what it keeps. */
public sealed interface Edit {
  /**
   * What is edited of one image.
   *
   * @param given where the edit begins and what is known, [height, width, channels] of the model,
   *     in [-1, 1]
   * @param known what stays
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  record Task(float[] given, KnownPart known) {}

  /**
   * The form of the images that it takes.
   *
   * @param model [height, width, channels] of a model's images
   * @throws InvalidInputException if the model can't do it
   */
  default ImageForm takes(Shape model) {
    return ImageForm.of(model);
  }

  /**
   * What is to be done to an image.
   *
   * @param name of the image among those of a folder
   * @param image of the form that it takes, in [-1, 1]
   * @param model [height, width, channels] of a model's images
   */
  default Task task(String name, float[] image, Shape model) throws IOException {
    return new Task(image, KnownPart.nothing(image.length));
  }

  /** Whether the image has the first level's noise already; else it gets that noise. */
  default boolean isNoisy() {
    return false;
  }

  /** Whether something stays as it is, so that the edit begins at sigma_max. */
  default boolean keeps() {
    return true;
  }

  /** How many steps it takes where the user names no number. */
  default int usualSteps() {
    return 40; // As Song et al.; with few, what is made goes badly with what is known.
  }

  /** Which pixels of images stay. */
  @FunctionalInterface
  interface KnownPixels {
    /** Requires that it is known of all images, by their names. */
    default void require(List<String> names) {}

    /** Whether each pixel of an image stays, [height, width]. */
    boolean[] known(String name, ImageForm image) throws IOException;
  }

  /** Makes the pixels anew that are not to stay. */
  record Inpaint(KnownPixels masks) implements Edit {
    @Override
    public Task task(String name, float[] image, Shape model) throws IOException {
      boolean[] known = masks.known(name, takes(model));
      float[] given = image.clone();
      int channels = given.length / known.length;
      for (int i = 0; i < given.length; i++) {
        given[i] = known[i / channels] ? given[i] : 0;
      }
      return new Task(given, KnownPart.pixels(known, channels));
    }
  }

  /** Makes colours for a grey image; the brightness of each pixel stays. */
  record Colorize() implements Edit {
    @Override
    public ImageForm takes(Shape model) {
      ImageForm form = ImageForm.of(model);
      if (form.channels() == 1) {
        throw new InvalidInputException(
            "edit colorize: the model makes grey images; give one that makes coloured ones");
      }
      return new ImageForm(form.height(), form.width(), 1);
    }

    @Override
    public Task task(String name, float[] image, Shape model) {
      float[] coloured = new float[3 * image.length];
      for (int i = 0; i < coloured.length; i++) {
        coloured[i] = image[i / 3];
      }
      return new Task(coloured, KnownPart.brightness(image.length));
    }
  }

  /**
   * Makes a larger image of a small one, whose pixels stay the means of blocks.
   *
   * @param factor how often the sides of the small image are in those of the large one
   */
  record Upscale(int factor) implements Edit {
    @Override
    public ImageForm takes(Shape model) {
      ImageForm form = ImageForm.of(model);
      if (form.height() % factor != 0 || form.width() % factor != 0) {
        throw new InvalidInputException(
            "--factor: %d does not divide the sides of the model's images of %s"
                .formatted(factor, form.size().inPixels()));
      }
      return new ImageForm(form.height() / factor, form.width() / factor, form.channels());
    }

    @Override
    public Task task(String name, float[] image, Shape model) {
      ImageForm form = ImageForm.of(model);
      int channels = form.channels();
      float[] given = new float[image.length * factor * factor];
      for (int i = 0; i < given.length; i++) {
        int pixel = i / channels;
        int row = pixel / form.width() / factor;
        int column = pixel % form.width() / factor;
        given[i] = image[(row * (form.width() / factor) + column) * channels + i % channels];
      }
      return new Task(given, KnownPart.blockMeans(form.height(), form.width(), channels, factor));
    }
  }

  /**
   * Makes a likely image of a coarse one, such as strokes of a brush (Meng et al. 2022, SDEdit).
   */
  record Stroke() implements Edit {
    @Override
    public boolean keeps() {
      return false;
    }

    @Override
    public int usualSteps() {
      return 10;
    }
  }

  /** Takes away noise that the image has. */
  record Denoise() implements Edit {
    @Override
    public boolean isNoisy() {
      return true;
    }

    @Override
    public boolean keeps() {
      return false;
    }

    @Override
    public int usualSteps() {
      return 1;
    }
  }
}
