package org.couplet.editing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.couplet.image.Decoded;
import org.couplet.image.DecodedImages;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;
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
 * @param others files among them that are no pictures, by their number in the source
 */
public record EditSource(
    ImageSelection images, boolean fit, List<String> names, SortedMap<Integer, String> others) {
  private static final int MOST_NAMED = 3;

  /**
   * Looks at the images' names. Files that are no pictures are left out, as by {@code couplet
   * data}.
   *
   * @param most how many are edited; the first ones
   * @throws InvalidInputException if the source can't be used
   */
  public static EditSource open(ImageSelection images, boolean fit, Optional<Integer> most)
      throws IOException {
    try (ImageSource source = ImageSources.openAlsoOne(images)) {
      int count = most.orElse(Integer.MAX_VALUE);
      List<String> names = new ArrayList<>();
      SortedMap<Integer, String> others = new TreeMap<>();
      Set<String> known = new HashSet<>();
      for (int i = 0; i < source.size() && names.size() < count; i++) {
        if (!source.hasFiles()) {
          names.add(SampleOutput.numbered(i));
          continue;
        }
        ImageSource.Item item = source.next();
        if (!item.looking().isPicture()) {
          others.put(i, item.name());
          continue;
        }
        String name = png(item.name());
        if (!known.add(name)) {
          throw new InvalidInputException(
              "%s: two images would become %s; rename one".formatted(images.source(), name));
        }
        names.add(name);
      }
      if (names.isEmpty()) {
        throw new InvalidInputException(
            "%s: holds no picture; it has %s".formatted(images.source(), named(others.values())));
      }
      return new EditSource(images, fit, names, others);
    }
  }

  /** A line on the files left out, if there are any. */
  public Optional<String> leftOut() {
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s: %d of %d files left out, no pictures: %s"
                .formatted(
                    images.source(),
                    others.size(),
                    others.size() + names.size(),
                    named(others.values())));
  }

  private static String named(Collection<String> names) {
    return PlainLine.of(FirstNames.of(List.copyOf(names), MOST_NAMED));
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
      decoded.restrict(0, names.size() + others.size());
      int number = 0;
      for (int i = 0; number < names.size(); i++) {
        Decoded next = decoded.next().orElseThrow();
        if (!others.containsKey(i)) {
          taker.take(number, pixels(next, number, form));
          number++;
        }
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
          "%s: is %s, not %s; resize it, or give --fit"
              .formatted(where(names.get(number)), image.size().inPixels(), form.size()));
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
