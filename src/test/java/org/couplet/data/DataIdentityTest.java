package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Random;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class DataIdentityTest {
  private static final int COUNT = 400;
  private final Path folder;
  private final Path file;
  private final DataIdentity known;

  DataIdentityTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.file = write("a.npy", COUNT);
    this.known = identity(file);
  }

  private Path write(String name, int count) throws IOException {
    Path path = folder.resolve(name);
    Random random = new Random(1);
    byte[] image = new byte[32 * 32 * 3];
    try (NpyWriter writer = new NpyWriter(path, Shape.of(32, 32, 3))) {
      for (int i = 0; i < count; i++) {
        random.nextBytes(image);
        writer.write(image);
      }
    }
    return path;
  }

  private static DataIdentity identity(Path path) throws IOException {
    try (NpyImages images = NpyImages.open(path, 32, 3)) {
      return DataIdentity.of(path, images, true);
    }
  }

  @Test
  void aMovedFileIsTheSame() throws IOException {
    Path moved = Files.move(file, folder.resolve("b.npy"));
    assertEquals(Optional.empty(), known.difference(identity(moved)));
  }

  @Test
  void anotherNumberOfImagesIsSaid() throws IOException {
    assertEquals(
        Optional.of("399 images of [32, 32, 3] where there were 400 images of [32, 32, 3]"),
        known.difference(identity(write("fewer.npy", COUNT - 1))));
  }

  // The blocks are 4 KiB at every 64th part of the file, its ends included.
  @Test
  void otherPixelsAreFoundAtEveryPlaceThatIsRead() throws IOException {
    long last = Files.size(file) - 4096;
    for (int i = 1; i < 64; i++) {
      long place = Math.round((double) last * i / 63) + 4095;
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, place);
        byte[] changed = {(byte) (one.get(0) ^ 1)};
        channel.write(ByteBuffer.wrap(changed), place);
        assertEquals(
            Optional.of("as many images, but other pixels"), known.difference(identity(file)));
        channel.write(ByteBuffer.wrap(new byte[] {one.get(0)}), place);
      }
      assertTrue(known.difference(identity(file)).isEmpty(), "place " + place);
    }
  }

  @Test
  void aFileSmallerThanABlockHasAnIdentity() throws IOException {
    Path small = write("small.npy", 1);
    assertEquals(identity(small), identity(small));
  }
}
