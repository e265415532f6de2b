package org.couplet.editing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.couplet.image.Decoded;
import org.couplet.image.DecodedImages;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.PictureReading;
import org.couplet.sampling.SampleOutput;
import org.couplet.source.ImageSelection;
import org.couplet.source.ImageSource;
import org.couplet.source.ImageSources;
import org.tensorflow.ndarray.Shape;

/**
 * The images that are edited.
 *
 * @param images where they are
 * @param fit whether those of other sizes are cut to their central square and resized
 * @param names what each is called as a PNG file; with slashes where it is in a sub folder
 */
public record EditSource(ImageSelection images, boolean fit, List<String> names) {
  /**
   * Looks at the images' names.
   *
   * @param most how many are edited; the first ones
   * @throws InvalidInputException if the source can't be used
   */
  public static EditSource open(ImageSelection images, boolean fit, Optional<Integer> most)
      throws IOException {
    try (ImageSource source = ImageSources.openAlsoOne(images)) {
      long count = Math.min(source.size(), most.orElse(Integer.MAX_VALUE));
      List<String> names = new ArrayList<>();
      Set<String> known = new HashSet<>();
      for (long i = 0; i < count; i++) {
        String name = source.hasFiles() ? png(source.next().name()) : SampleOutput.numbered(i);
        if (!known.add(name)) {
          throw new InvalidInputException(
              "%s: two images would become %s; rename one".formatted(images.source(), name));
        }
        names.add(name);
      }
      return new EditSource(images, fit, names);
    }
  }

  // The names of archives' files are any text.
  private static String png(String name) {
    String png = name.replaceFirst("\\.[^./]*$", "") + ".png";
    Path path = Path.of(png).normalize();
    if (path.isAbsolute() || path.startsWith("..") || !path.equals(Path.of(png))) {
      throw new InvalidInputException(name + ": a name that leads elsewhere; rename it");
    }
    return png;
  }

  /** Takes images. */
  interface Taker {
    /**
     * Takes one.
     *
     * @param number from 0
     * @param pixels of the form asked for
     */
    void take(int number, byte[] pixels) throws IOException;
  }

  /**
   * Passes the images on, one after the other.
   *
   * @throws InvalidInputException if one can't be read or has another size
   */
  void forEach(ImageForm form, Taker taker) throws IOException {
    PictureReading reading = new PictureReading(true, PictureReading.Colour.BLACK);
    try (DecodedImages decoded =
        DecodedImages.alsoOne(images, reading, picture -> form.of(picture, fit))) {
      decoded.restrict(0, names.size());
      for (int number = 0; number < names.size(); number++) {
        taker.take(number, pixels(decoded.next().orElseThrow(), number, form));
      }
    }
  }

  /**
   * The only image.
   *
   * @param model [height, width, channels] of a model's images
   */
  public byte[] one(Shape model) throws IOException {
    byte[][] one = new byte[1][];
    forEach(ImageForm.of(model), (number, pixels) -> one[number] = pixels);
    return one[0];
  }

  private byte[] pixels(Decoded decoded, int number, ImageForm form) {
    if (decoded instanceof Decoded.LeftOut image) {
      throw new InvalidInputException(
          "%s: %s; remove it, or choose others by --only"
              .formatted(where(image.name()), image.message()));
    }
    Decoded.Image image = (Decoded.Image) decoded;
    if (!image.size().equals(form.size())) {
      throw new InvalidInputException(
          "%s: is %s pixels, not %s; resize it, or give --fit"
              .formatted(where(names.get(number)), image.size(), form.size()));
    }
    return image.pixels();
  }

  /** A single picture is named once. */
  private String where(String name) {
    return images.source().endsWith(name)
        ? images.source().toString()
        : images.source() + ": " + name;
  }
}
