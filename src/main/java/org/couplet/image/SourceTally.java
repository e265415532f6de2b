package org.couplet.image;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureTrait;
import org.jspecify.annotations.Nullable;

/** Counts what the images of a source are like. */
public final class SourceTally {
  private static final int MOST_NAMED = 3;

  private long taken;
  private long leftOut;
  private final List<String> firstLeftOut = new ArrayList<>();
  private final Map<PictureTrait, Long> traits = new EnumMap<>(PictureTrait.class);
  private final Set<ImageSize> sizes = new HashSet<>();
  private @Nullable ImageSize smallest;
  private @Nullable ImageSize largest;

  public void add(Decoded decoded) {
    if (decoded instanceof Decoded.Image image) {
      taken++;
      image.traits().forEach(trait -> traits.merge(trait, 1L, Long::sum));
      add(image.size());
    } else if (decoded instanceof Decoded.LeftOut missed) {
      leftOut++;
      if (firstLeftOut.size() < MOST_NAMED) {
        firstLeftOut.add(missed.name() + " (" + missed.message() + ")");
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

  public SourceReport report() {
    return new SourceReport(
        taken,
        leftOut,
        List.copyOf(firstLeftOut),
        Map.copyOf(traits),
        sizes.size(),
        Optional.ofNullable(smallest),
        Optional.ofNullable(largest));
  }
}
