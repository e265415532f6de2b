package org.couplet.image;

/** Receives the progress of a conversion, on the thread that runs it. */
public interface ImportListener {
  /**
   * The source is open.
   *
   * @param images that it holds
   */
  void started(long images);

  /**
   * Another image is done, written or skipped.
   *
   * @param images done so far
   */
  void done(long images);

  /**
   * An image can't be taken and is left out.
   *
   * @param line names it and says why
   */
  void skipped(String line);

  /**
   * Called several times a second while an image is waited for; an exception ends the conversion.
   */
  default void waiting() {}
}
