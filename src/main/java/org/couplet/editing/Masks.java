package org.couplet.editing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PictureReading;
import org.couplet.picture.PixelBudget;
import org.couplet.picture.UnreadableImageException;

/**
 * Which pixels are to be made anew: those that are white, at least half as bright as white.
 *
 * @param path a picture for all images, or a folder with one of each image's name
 * @param fit whether masks are cut and resized as images are
 */
public record Masks(Path path, boolean fit) implements Edit.KnownPixels {
  private static final int WHITE = 128;

  /**
   * Requires a mask for each image.
   *
   * @param names of the images as PNG files
   */
  @Override
  public void require(List<String> names) {
    if (!Files.exists(path)) {
      throw new InvalidInputException("--mask " + path + ": no such file or folder");
    }
    for (String name : names) {
      if (!Files.isRegularFile(file(name))) {
        throw new InvalidInputException(
            "--mask %s: has no mask %s; each image needs one, or give one file for all"
                .formatted(path, name));
      }
    }
  }

  private Path file(String name) {
    return Files.isDirectory(path) ? path.resolve(name) : path;
  }

  /** The pixels of an image that are not to be made anew. */
  @Override
  public boolean[] known(String name, ImageForm image) throws IOException {
    Path file = file(name);
    ImageForm form = new ImageForm(image.height(), image.width(), 1);
    Picture mask = form.of(read(file), fit);
    if (!mask.size().equals(form.size())) {
      throw new InvalidInputException(
          "--mask %s: is %s, not %s as the model's images; resize it, or give --fit"
              .formatted(file, mask.size().inPixels(), form.size()));
    }
    byte[] brightness = mask.toBytes();
    boolean[] known = new boolean[brightness.length];
    boolean all = true;
    for (int i = 0; i < known.length; i++) {
      known[i] = (brightness[i] & 0xff) < WHITE;
      all &= known[i];
    }
    if (all) {
      throw new InvalidInputException(
          "--mask %s: nothing is white, so nothing is to be made anew; paint that white"
              .formatted(file));
    }
    return known;
  }

  private static Picture read(Path file) throws IOException {
    return FileFailure.reading(
        file,
        () -> {
          try (InputStream in = Files.newInputStream(file);
              PixelBudget.Share memory = PixelBudget.ofMemory().share()) {
            return new PictureDecoder(new PictureReading(true, PictureReading.Colour.BLACK), memory)
                .decode(in);
          } catch (UnreadableImageException e) {
            throw new InvalidInputException("--mask " + file + ": " + e.getMessage(), e);
          }
        });
  }
}
