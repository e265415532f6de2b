package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.data.Dataset;
import org.couplet.data.RandomImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class ElementShapeTest {
  private final DatasetConfig.Builder config = DatasetConfig.newBuilder();

  private void assertShape(Shape expected) throws IOException {
    assertEquals(expected, ElementShape.of(config.build()));
    try (Dataset dataset = Dataset.open(config.build())) {
      assertEquals(expected, dataset.elementShape(), "of the data");
    }
  }

  @Test
  void theDataHaveTheShapeThatTheirConfigurationPromises(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("grey.npy");
    RandomImages.write(file, 2, Shape.of(8, 8, 1));
    config.getImageFileBuilder().setPath(file.toString()).setResolution(8).setChannels(1);
    assertShape(Shape.of(8, 8, 1));
    config.getProceduralBuilder().setResolution(12).setCount(5);
    assertShape(Shape.of(12, 12, 3));
    config.getGaussiansBuilder().setCount(5);
    assertShape(Shape.of(2));
  }

  @Test
  void aShapeNeedsASource() {
    assertThrows(IllegalArgumentException.class, () -> ElementShape.of(config.build()));
  }
}
