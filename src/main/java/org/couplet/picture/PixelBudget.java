package org.couplet.picture;

import java.util.concurrent.Semaphore;

/**
 * How many pixels may be decoded at the same time: a photograph takes some hundred megabytes, and
 * as many of them as there are cores need not fit in memory.
 */
public final class PixelBudget {
  // The decoder's picture, up to 8 bytes, then twice three floats: whole, and cut to its square.
  private static final int BYTES_PER_PIXEL = 40;

  private final int total;
  private final Semaphore free;

  /**
   * @param total pixels, at least 1
   */
  PixelBudget(int total) {
    this.total = total;
    // Fair, so that small images never keep a large one waiting for ever.
    this.free = new Semaphore(total, true);
  }

  /** What the memory that Java may use ({@code -Xmx}) has room for. */
  public static PixelBudget ofMemory() {
    long pixels = Runtime.getRuntime().maxMemory() / BYTES_PER_PIXEL;
    return new PixelBudget((int) Math.min(Math.max(pixels, 1), Integer.MAX_VALUE));
  }

  /** A share that is empty at first. */
  public Share share() {
    return new Share();
  }

  /** The pixels of one image; closing it gives them back. For one thread. */
  public final class Share implements AutoCloseable {
    private int taken;

    private Share() {}

    /**
     * Waits until there is room; to be called once, before the pixels are decoded. An image larger
     * than the whole budget waits to be alone.
     *
     * @param pixels height times width
     */
    void take(long pixels) {
      int wanted = (int) Math.min(pixels, total);
      free.acquireUninterruptibly(wanted);
      taken = wanted;
    }

    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }
}
