package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class PixelBudgetTest {
  private final PixelBudget budget = new PixelBudget(100);

  @Test
  void pictureWaitsUntilThereIsRoomForItsPixels() throws Exception {
    byte[] picture =
        PictureTest.encoded(new BufferedImage(8, 6, BufferedImage.TYPE_3BYTE_BGR), "png");
    CompletableFuture<Void> decoded;
    try (PixelBudget.Share other = budget.share()) {
      other.take(new ImageSize(53, 1));
      decoded =
          CompletableFuture.runAsync(
              () -> {
                try (PixelBudget.Share share = budget.share()) {
                  assertDoesNotThrow(
                      () ->
                          new PictureDecoder(PictureReading.AS_STORED, share)
                              .decode(new ByteArrayInputStream(picture)));
                }
              });
      assertThrows(TimeoutException.class, () -> decoded.get(200, TimeUnit.MILLISECONDS));
    }
    decoded.get(1, TimeUnit.MINUTES);
  }

  @Test
  void whatFitsIsNotHeldUp() throws UnreadableImageException {
    try (PixelBudget.Share one = budget.share();
        PixelBudget.Share other = budget.share()) {
      one.take(new ImageSize(52, 1));
      other.take(new ImageSize(1, 48));
    }
  }

  @Test
  void pictureLargerThanTheBudgetIsRefusedAndTheOthersGoOn() throws UnreadableImageException {
    try (PixelBudget.Share share = budget.share()) {
      var refusal =
          assertThrows(
              UnreadableImageException.class,
              () -> share.take(new ImageSize(Integer.MAX_VALUE, Integer.MAX_VALUE)));
      assertEquals("too large", refusal.reason());
    }
    for (int i = 0; i < 2; i++) {
      PixelBudget.Share share = budget.share();
      try (share) {
        share.take(new ImageSize(10, 10));
      }
      share.close(); // Gives back once, not twice.
    }
  }
}
