package org.couplet.image;

import java.util.Arrays;
import java.util.Locale;
import org.couplet.io.InvalidInputException;

/** Which part of CIFAR-10's binary archive to take. */
public enum Split {
  /** The five data batches, 50,000 images. */
  TRAIN,
  /** The test batch, 10,000 images. */
  TEST,
  /** Both, the data batches first. */
  ALL;

  /** The word on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The part that a word names.
   *
   * @throws InvalidInputException if none has that name
   */
  public static Split parse(String word) {
    return Arrays.stream(values())
        .filter(split -> split.word().equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> new InvalidInputException("--split: '" + word + "' is not train, test or all"));
  }

  boolean includes(String batch) {
    boolean test = batch.startsWith("test");
    return this == ALL || test == (this == TEST);
  }
}
