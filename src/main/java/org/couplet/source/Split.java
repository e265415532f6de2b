package org.couplet.source;

import java.util.Locale;

/** Which part of CIFAR-10's binary archive to take. */
public enum Split {
  /** The five data batches, 50,000 images. */
  TRAIN,
  /** The test batch, 10,000 images. */
  TEST,
  /** Both, the data batches first. */
  ALL;

  /** All words, for messages. */
  public static final String WORDS = "train, test or all";

  /** The word on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The part that a word names.
   *
   * @throws IllegalArgumentException if none has that name
   */
  public static Split parse(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  boolean includes(String batch) {
    boolean test = batch.startsWith("test");
    return this == ALL || test == (this == TEST);
  }
}
