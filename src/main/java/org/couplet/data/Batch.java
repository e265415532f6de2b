package org.couplet.data;

import org.tensorflow.types.family.TType;

/**
 * Some elements of a data set; closing this frees them.
 *
 * @param elements [n, element...]
 * @param labels their classes; empty where they are not asked for
 */
@SuppressWarnings("ArrayRecordComponent") // made once a step and only read
public record Batch(TType elements, int[] labels) implements AutoCloseable {
  @Override
  public void close() {
    elements.close();
  }
}
