package org.couplet.program;

import org.tensorflow.types.family.TType;

/**
 * What a step trains on; the elements stay the caller's to close.
 *
 * @param elements [n, element...]
 * @param labels the class of each row, of a program that {@link TrainingProgram#takesLabels}; else
 *     ignored
 * @param noiseAssignment the noise row of each data row, of a program that {@link
 *     TrainingProgram#takesNoiseAssignment}; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // made once a step and only read
public record TrainingBatch(TType elements, int[] labels, int[] noiseAssignment) {
  /** For a program that needs no more. */
  public static TrainingBatch of(TType elements) {
    return new TrainingBatch(elements, new int[0], new int[0]);
  }
}
