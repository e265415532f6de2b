package org.couplet.image;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureKind;
import org.couplet.picture.PictureTrait;
import org.jspecify.annotations.Nullable;

/** Counts what the images of a source are like. */
public final class SourceTally {
  private static final int MOST_NAMED = 3;

  private long taken;
  private final Map<PictureKind, Long> kinds = new EnumMap<>(PictureKind.class);
  private final Map<PictureTrait, Long> traits = new EnumMap<>(PictureTrait.class);
  private final Map<String, List<Decoded.LeftOut>> firstLeftOut = new TreeMap<>();
  private final Map<String, Long> leftOut = new TreeMap<>();
  private final Set<ImageSize> sizes = new HashSet<>();
  private @Nullable ImageSize smallest;
  private @Nullable ImageSize largest;

  /** Counts one more. */
  public void add(Decoded decoded) {
    if (decoded instanceof Decoded.Image image) {
      taken++;
      image.notes().kind().ifPresent(kind -> kinds.merge(kind, 1L, Long::sum));
      image.notes().traits().forEach(trait -> traits.merge(trait, 1L, Long::sum));
      add(image.size());
    } else if (decoded instanceof Decoded.LeftOut image) {
      leftOut.merge(image.reason(), 1L, Long::sum);
      List<Decoded.LeftOut> first =
          firstLeftOut.computeIfAbsent(image.reason(), reason -> new ArrayList<>());
      if (first.size() < MOST_NAMED) {
        first.add(image);
      }
    }
  }

  private void add(ImageSize size) {
    if (sizes.size() < SourceReport.MOST_SIZES) {
      sizes.add(size);
    }
    smallest = smallest == null || size.pixels() < smallest.pixels() ? size : smallest;
    largest = largest == null || size.pixels() > largest.pixels() ? size : largest;
  }

  /** What was counted so far. */
  public SourceReport report() {
    Map<String, SourceReport.LeftOut> missed = new TreeMap<>();
    leftOut.forEach(
        (reason, count) ->
            missed.put(
                reason,
                new SourceReport.LeftOut(
                    count, List.copyOf(firstLeftOut.getOrDefault(reason, List.of())))));
    return new SourceReport(
        taken,
        new TreeMap<>(kinds),
        new TreeMap<>(traits),
        missed,
        sizes.size(),
        Optional.ofNullable(smallest),
        Optional.ofNullable(largest));
  }
}
