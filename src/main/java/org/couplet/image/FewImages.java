package org.couplet.image;

import java.util.Optional;

/** Whether images are enough to train with. */
public final class FewImages {
  private static final int FEW = 1000;

  private FewImages() {}

  /** What to know of so few images; empty if they are many. */
  public static Optional<String> note(long count) {
    return count >= FEW
        ? Optional.empty()
        : Optional.of(
            "%d image%s few: a model learns to copy them rather than to make new ones; some thousand are usual"
                .formatted(count, count == 1 ? " is" : "s are"));
  }
}
