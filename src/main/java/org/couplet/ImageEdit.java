package org.couplet;

import java.util.Arrays;
import org.couplet.editing.Edit;
import org.couplet.io.InvalidInputException;

/**
 * An edit of images by a model that was not trained for it, as {@code couplet edit} does it; see
 * {@link Generator#edit}.
 */
public final class ImageEdit {
  private final String name;
  private final Edit edit;

  private ImageEdit(String name, Edit edit) {
    this.name = name;
    this.edit = edit;
  }

  String name() {
    return name;
  }

  Edit edit() {
    return edit;
  }

  /**
   * Makes pixels anew; the others stay.
   *
   * @param mask true where they are made anew, [height, width] for all images or [count, height,
   *     width], row-major
   */
  public static ImageEdit inpaint(boolean[] mask) {
    boolean[] anew = mask.clone();
    return new ImageEdit(
        "inpaint",
        new Edit.Inpaint(
            (number, form) -> {
              int size = form.height() * form.width();
              int from = anew.length == size ? 0 : Integer.parseInt(number) * size;
              if (anew.length % size != 0 || from + size > anew.length) {
                throw new InvalidInputException(
                    "mask: %d values are not those of %d x %d pixels for all images or each"
                        .formatted(anew.length, form.height(), form.width()));
              }
              boolean[] known = Arrays.copyOfRange(anew, from, from + size);
              for (int i = 0; i < size; i++) {
                known[i] = !known[i];
              }
              return known;
            }));
  }

  /** Makes colours for grey images, [count, height, width, 1]; their brightness stays. */
  public static ImageEdit colorize() {
    return new ImageEdit("colorize", new Edit.Colorize());
  }

  /**
   * Makes large images of small ones, [count, height / factor, width / factor, channels], whose
   * pixels stay the means of blocks.
   *
   * @param factor at least 2; divides height and width
   */
  public static ImageEdit upscale(int factor) {
    if (factor < 2) {
      throw new IllegalArgumentException("factor: must be at least 2, got " + factor);
    }
    return new ImageEdit("upscale", new Edit.Upscale(factor));
  }

  /** Makes likely images of coarse ones, through noise of the first level. */
  public static ImageEdit stroke() {
    return new ImageEdit("stroke", new Edit.Stroke());
  }

  /** Takes away Gaussian noise that images have, whose standard deviation is the first level. */
  public static ImageEdit denoise() {
    return new ImageEdit("denoise", new Edit.Denoise());
  }
}
