package org.couplet.foreign;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Values that lie in a row in a file; tensors are views of them. */
final class Storage {
  private final ElementType type;
  private final long count;
  private final ByteOrder order;
  private @Nullable FilePart values;

  /**
   * @param count number of values
   */
  Storage(ElementType type, long count, ByteOrder order) {
    this.type = type;
    this.count = count;
    this.order = order;
  }

  /** Says where the values are; the file must have as many as were claimed. */
  Storage at(FilePart place) {
    if (count < 0 || place.length() / type.bytes() != count || place.length() % type.bytes() != 0) {
      throw place.refusal(
          "%d values of %s are claimed where there are %d bytes"
              .formatted(count, type, place.length()));
    }
    values = place;
    return this;
  }

  ElementType type() {
    return type;
  }

  long count() {
    return count;
  }

  ByteOrder order() {
    return order;
  }

  @Nullable FilePart values() {
    return values;
  }
}
