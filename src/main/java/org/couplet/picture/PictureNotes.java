package org.couplet.picture;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a picture beside its pixels.
 *
 * @param kind of its file; empty if it comes from none
 * @param traits that it had, or what had to be done to it
 */
public record PictureNotes(Optional<PictureKind> kind, Set<PictureTrait> traits) {
  /** Of an image in memory. */
  public static final PictureNotes NONE = new PictureNotes(Optional.empty(), Set.of());

  /** These, and one more trait. */
  public PictureNotes with(PictureTrait trait) {
    EnumSet<PictureTrait> more = EnumSet.of(trait);
    more.addAll(traits);
    return new PictureNotes(kind, more);
  }
}
