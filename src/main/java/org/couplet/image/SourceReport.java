package org.couplet.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureTrait;

/**
 * What the images of a source were like.
 *
 * @param taken number of images that were decoded
 * @param leftOut number of those that could not be: corrupt, cut off, or of a form that is not read
 * @param firstLeftOut the first few of them, each its name and the reason
 * @param traits how many of those taken had a trait; a trait that none had is not there
 * @param sizes number of different sizes; at most {@link #MOST_SIZES} are distinguished
 * @param smallest by the number of pixels; empty if none was taken
 * @param largest likewise
 */
public record SourceReport(
    long taken,
    long leftOut,
    List<String> firstLeftOut,
    Map<PictureTrait, Long> traits,
    int sizes,
    Optional<ImageSize> smallest,
    Optional<ImageSize> largest) {
  /** Where counting different sizes ends. */
  public static final int MOST_SIZES = 10_000;

  /** What a user who compares numbers should hear, one line each; none if all was plain. */
  public List<String> warnings() {
    List<String> lines = new ArrayList<>();
    if (leftOut > 0) {
      lines.add(
          "%d of %d images left out, corrupt or of a form that is not read: %s%s"
              .formatted(
                  leftOut,
                  taken + leftOut,
                  String.join(", ", firstLeftOut),
                  leftOut > firstLeftOut.size() ? ", ..." : ""));
    }
    if (sizes > 1) {
      lines.add(
          "%d images of %d%s sizes, %s to %s (height x width), each taken at its own"
              .formatted(
                  taken,
                  sizes,
                  sizes == MOST_SIZES ? " or more" : "",
                  smallest.orElseThrow(),
                  largest.orElseThrow()));
    }
    for (PictureTrait trait : PictureTrait.values()) {
      long with = traits.getOrDefault(trait, 0L);
      if (with > 0) {
        lines.add("%d of %d images %s".formatted(with, taken, trait.describe()));
      }
    }
    return lines;
  }
}
