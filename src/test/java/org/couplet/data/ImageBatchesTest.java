package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.types.TUint8;

class ImageBatchesTest {
  private static List<List<Byte>> pixels(TUint8 batch) {
    List<List<Byte>> rows = new ArrayList<>();
    batch
        .elements(0)
        .forEach(
            image -> {
              List<Byte> row = new ArrayList<>();
              image.scalars().forEach(value -> row.add(value.getByte()));
              rows.add(row);
            });
    return rows;
  }

  private static List<List<Byte>> all(ImageBatches batches, int batchSize) throws IOException {
    List<List<Byte>> rows = new ArrayList<>();
    for (Optional<TUint8> next = batches.next(); next.isPresent(); next = batches.next()) {
      try (TUint8 batch = next.get()) {
        assertEquals(Math.min(batchSize, batches.count() - rows.size()), batch.shape().get(0));
        rows.addAll(pixels(batch));
      }
    }
    return rows;
  }

  private static void assertTaken(Dataset dataset, long most, long... expected) throws IOException {
    try (ImageBatches batches = ImageBatches.of(dataset, most, 3);
        TUint8 images = (TUint8) dataset.batch(expected)) {
      assertEquals(expected.length, batches.count());
      assertEquals(pixels(images), all(batches, 3));
    }
  }

  @Test
  void imagesAreSpreadEvenlyOverTheDataset() throws IOException {
    try (Dataset dataset = new ProceduralImages(8, 10)) {
      assertTaken(dataset, 4, 0, 2, 5, 7);
      assertTaken(dataset, 7, 0, 1, 2, 4, 5, 7, 8);
      assertTaken(dataset, 1000, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @Test
  void pointsAreNoImages() {
    try (Dataset points = new GaussianPoints(10, 1, 1, 1)) {
      assertThrows(IllegalArgumentException.class, () -> ImageBatches.of(points, 4, 2));
    }
  }
}
