package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
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
      other.take(53);
      decoded =
          CompletableFuture.runAsync(
              () -> {
                try (PixelBudget.Share share = budget.share()) {
                  assertDoesNotThrow(
                      () -> new PictureDecoder(share).decode(new ByteArrayInputStream(picture)));
                }
              });
      assertThrows(TimeoutException.class, () -> decoded.get(200, TimeUnit.MILLISECONDS));
    }
    decoded.get(1, TimeUnit.MINUTES);
  }

  @Test
  void whatFitsIsNotHeldUp() {
    try (PixelBudget.Share one = budget.share();
        PixelBudget.Share other = budget.share()) {
      one.take(52);
      other.take(48);
    }
  }

  @Test
  void pictureLargerThanTheBudgetIsDecodedAlone() {
    for (int i = 0; i < 2; i++) {
      try (PixelBudget.Share share = budget.share()) {
        share.take(1L << 40);
      }
    }
  }
}
