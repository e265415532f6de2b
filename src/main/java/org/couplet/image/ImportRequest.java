package org.couplet.image;

import java.nio.file.Path;
import java.util.Optional;
import org.couplet.picture.PictureReading;
import org.couplet.source.ImageSelection;

/**
 * What to convert, and how.
 *
 * @param images what to convert
 * @param size height and width of the converted images, pixels, 1..4096
 * @param channels 1 or 3; if empty, 1 where all images are grey, else 3
 * @param reading what becomes of orientation and transparency
 * @param output the {@code .npy} file to write; one that is there is replaced
 * @param strict whether an image that can't be taken ends the conversion instead of being left out
 */
public record ImportRequest(
    ImageSelection images,
    int size,
    Optional<Integer> channels,
    PictureReading reading,
    Path output,
    boolean strict) {
  /** Turned upright, over black, with as many channels as the images need. */
  public ImportRequest(ImageSelection images, int size, Path output, boolean strict) {
    this(
        images,
        size,
        Optional.empty(),
        new PictureReading(true, PictureReading.Colour.BLACK),
        output,
        strict);
  }
}
