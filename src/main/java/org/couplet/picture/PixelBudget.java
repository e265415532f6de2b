package org.couplet.picture;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many pixels may be decoded at the same time: a photograph takes some hundred megabytes, and
 * as many of them as there are cores need not fit in memory.
 */
public final class PixelBudget {
  // The decoder's picture, up to 8 bytes, then three floats and what becomes of them.
  private static final int BYTES_PER_PIXEL = 22;

  private final int total;
  private final Semaphore free;
  private final Semaphore largeFile = new Semaphore(1, true);

  /**
   * @param total pixels, at least 1
   */
  PixelBudget(int total) {
    this.total = total;
    // Fair, so that small images never keep a large one waiting for ever.
    this.free = new Semaphore(total, true);
  }

  /** What three quarters of the memory that Java may use ({@code -Xmx}) have room for. */
  public static PixelBudget ofMemory() {
    long pixels = Runtime.getRuntime().maxMemory() / 4 * 3 / BYTES_PER_PIXEL;
    return new PixelBudget((int) Math.min(Math.max(pixels, 1), Integer.MAX_VALUE));
  }

  /** A share that is empty at first. */
  public Share share() {
    return new Share();
  }

  /** What one image takes; closing it gives that back. */
  public final class Share implements AutoCloseable {
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger files = new AtomicInteger();

    private Share() {}

    /** Waits until no other large file is in memory; to be called before {@link #take}. */
    void takeLargeFile() {
      largeFile.acquireUninterruptibly();
      files.set(1);
    }

    /**
     * Waits until there is room; to be called once, before the pixels are decoded.
     *
     * @throws UnreadableImageException if they are more than the whole budget
     */
    void take(ImageSize size) throws UnreadableImageException {
      if (size.pixels() > total) {
        throw new UnreadableImageException(
            "too large",
            "%s, too many for Java's memory of %d MB"
                .formatted(size.inPixels(), Runtime.getRuntime().maxMemory() >> 20));
      }
      free.acquireUninterruptibly((int) size.pixels());
      taken.set((int) size.pixels());
    }

    /** Gives everything back; on any thread, and again without effect. */
    @Override
    public void close() {
      free.release(taken.getAndSet(0));
      if (files.getAndSet(0) > 0) {
        largeFile.release();
      }
    }
  }
}
