package org.couplet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureReading;
import org.couplet.source.ImageSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DecodedImagesTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int IMAGES = 40 * CORES;

  private final AtomicInteger decoded = new AtomicInteger();

  /** Pictures of one pixel, their own number modulo 256; every seventh takes its time. */
  private final class Numbers implements ImageSource {
    private int next;
    boolean closed;

    @Override
    public long size() {
      return IMAGES;
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public Item next() {
      int number = next++;
      return new Item("" + number, 0, decoder -> picture(number));
    }

    private Picture picture(int number) throws IOException {
      try {
        Thread.sleep(number % 7 == 0 ? 2 : 0);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      decoded.incrementAndGet();
      return new Picture(1, 1, 1, new float[] {number % 256});
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Numbers source = new Numbers();

  private DecodedImages images(long mostBytes) {
    return new DecodedImages(
        Path.of("numbers"),
        source,
        false,
        PictureReading.AS_STORED,
        UnaryOperator.identity(),
        () -> {},
        mostBytes,
        60);
  }

  private static int number(Decoded next) {
    return next instanceof Decoded.Image image ? Byte.toUnsignedInt(image.pixels()[0]) : -1;
  }

  @Test
  void orderIsTheSourcesHoweverLittleRoomThereIs() throws IOException {
    for (long mostBytes : new long[] {0, 1, 5, 1 << 20}) {
      source.next = 0;
      try (DecodedImages images = images(mostBytes)) {
        for (int i = 0; i < IMAGES; i++) {
          assertEquals(i % 256, number(images.next().orElseThrow()));
        }
        assertTrue(images.next().isEmpty());
      }
    }
    assertTrue(source.closed);
  }

  @Test
  void whatWaitsIsBoundedInNumber() throws Exception {
    assertDecodedAhead(1 << 20, 8 * CORES, 8 * CORES);
  }

  @Test
  void whatWaitsIsBoundedInBytesButForOneImageOfEachCore() throws Exception {
    // The one taken, the one to be taken next, and one that each core holds.
    assertDecodedAhead(0, 2, 2 + CORES);
    assertDecodedAhead(3, 3, 5 + CORES);
  }

  private void assertDecodedAhead(long mostBytes, int least, int most) throws Exception {
    source.next = 0;
    decoded.set(0);
    try (DecodedImages images = images(mostBytes)) {
      images.next();
      while (decoded.get() < least) {
        Thread.sleep(1);
      }
      Thread.sleep(100);
      assertTrue(decoded.get() <= most, decoded + " decoded");
    }
  }

  @Test
  void closingEndsTheDecodingThatWaitsForRoom() throws Exception {
    DecodedImages images = images(0);
    images.next();
    images.close();
    int before = decoded.get();
    Thread.sleep(20);
    assertEquals(before, decoded.get());
    assertTrue(before < IMAGES);
    assertTrue(source.closed);
  }

  /** Some pictures whose decoders never end, at the numbers given. */
  private static final class Stuck implements ImageSource {
    private final Set<Integer> stuck;
    private final byte[] png;
    private int next;

    Stuck(Integer... stuck) throws IOException {
      this.stuck = Set.of(stuck);
      this.png = ImportTrial.png(2, 2, 7);
    }

    @Override
    public long size() {
      return 30;
    }

    @Override
    public int channels() {
      return 3;
    }

    @Override
    public Item next() {
      int number = next++;
      return new Item(
          "" + number,
          png.length,
          decoder -> {
            Picture picture = decoder.decode(new ByteArrayInputStream(png));
            while (stuck.contains(number)) {
              LockSupport.parkNanos(1_000_000_000);
            }
            return picture;
          });
    }

    @Override
    public void close() {}
  }

  private static DecodedImages stuck(double mostSeconds, Runnable waiting, Integer... numbers)
      throws IOException {
    return new DecodedImages(
        Path.of("stuck"),
        new Stuck(numbers),
        false,
        PictureReading.AS_STORED,
        UnaryOperator.identity(),
        waiting,
        1 << 20,
        mostSeconds);
  }

  @Test
  void imageThatTakesTooLongIsLeftOutAndTheOthersAreTaken() throws IOException {
    try (DecodedImages images = stuck(0.1, () -> {}, 3)) {
      SourceTally tally = new SourceTally();
      for (var next = images.next(); next.isPresent(); next = images.next()) {
        tally.add(next.get());
      }
      SourceReport report = tally.report();
      assertEquals(29, report.taken());
      assertEquals(Set.of("too slow"), report.leftOut().keySet());
      assertEquals("3", report.leftOut().values().iterator().next().first().get(0).name());
    }
  }

  @Test
  void waitingForStuckDecodersCanBeGivenUp() throws IOException {
    Runnable interrupted =
        () -> {
          throw new IllegalStateException("interrupted");
        };
    long begun = System.nanoTime();
    try (DecodedImages images = stuck(60, interrupted, 0, 1, 2, 3)) {
      assertThrows(IllegalStateException.class, images::next);
    }
    assertTrue(System.nanoTime() - begun < 20e9, "closing waits for stuck decoders");
  }
}
