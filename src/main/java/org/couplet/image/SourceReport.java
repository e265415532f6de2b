package org.couplet.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.couplet.io.PlainLine;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureKind;
import org.couplet.picture.PictureTrait;

/**
 * What the images of a source were like.
 *
 * @param taken number of images that were decoded
 * @param kinds how many of those taken were files of a kind, or came from one
 * @param traits how many of those taken had a trait; a trait that none had is not there
 * @param leftOut what can't be taken, by reason
 * @param sizes number of different sizes; at most {@link #MOST_SIZES} are distinguished
 * @param smallest by the number of pixels; empty if none was taken
 * @param largest likewise
 */
public record SourceReport(
    long taken,
    Map<PictureKind, Long> kinds,
    Map<PictureTrait, Long> traits,
    Map<String, LeftOut> leftOut,
    int sizes,
    Optional<ImageSize> smallest,
    Optional<ImageSize> largest) {
  /** Where counting different sizes ends. */
  public static final int MOST_SIZES = 10_000;

  /**
   * Images left out for one reason.
   *
   * @param count of them
   * @param first the first few
   */
  public record LeftOut(long count, List<Decoded.LeftOut> first) {
    // The first with its reason in full.
    private String names() {
      String names =
          first.stream().skip(1).map(image -> ", " + image.name()).collect(Collectors.joining());
      // Names are any bytes.
      return PlainLine.of(
          "%s (%s)%s%s"
              .formatted(
                  first.get(0).name(),
                  first.get(0).message(),
                  names,
                  count > first.size() ? ", ..." : ""));
    }
  }

  /** Number of images left out for any reason. */
  public long leftOutCount() {
    return leftOut.values().stream().mapToLong(LeftOut::count).sum();
  }

  /** What was taken, by kind and trait, and what was left out, by reason with the first names. */
  public List<String> table() {
    long all = taken + leftOutCount();
    List<String> lines = new ArrayList<>();
    lines.add(line("taken", taken, "of " + all));
    kinds.forEach((kind, count) -> lines.add(line("  " + kind.word(), count, "")));
    traits.forEach((trait, count) -> lines.add(line("  " + trait.word(), count, trait.describe())));
    lines.add(line("left out", leftOutCount(), "of " + all));
    leftOut.forEach(
        (reason, images) -> lines.add(line("  " + reason, images.count(), images.names())));
    return lines;
  }

  private static String line(String what, long count, String more) {
    return String.format(Locale.ROOT, "%-18s%9d  %s", what, count, more).stripTrailing();
  }

  /**
   * What a user who compares numbers should hear of images measured as they are stored, one line
   * each; none if all was plain.
   */
  public List<String> warnings() {
    List<String> lines = new ArrayList<>();
    long all = taken + leftOutCount();
    leftOut.forEach(
        (reason, images) ->
            lines.add(
                "%d of %d images left out: %s".formatted(images.count(), all, images.names())));
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
    if (kinds.containsKey(PictureKind.WEBP)) {
      lines.add(
          "%d of %d images in WebP; colours of lossy ones differ a little from those of libwebp"
              .formatted(kinds.get(PictureKind.WEBP), taken));
    }
    traits.forEach(
        (trait, count) ->
            lines.add("%d of %d images %s".formatted(count, taken, trait.describeMeasured())));
    return lines;
  }
}
