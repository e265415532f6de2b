package org.couplet.source;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxImagesTest {
  private static final String IMAGES = "t10k-images-idx3-ubyte";

  private final Path folder;

  IdxImagesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  // Values 0, 1, 2 ... after the header.
  private static byte[] idx(int magic, int... sizes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(magic);
    for (int size : sizes) {
      out.writeInt(size);
    }
    for (int i = 0; i < Arrays.stream(sizes).reduce(1, (a, b) -> a * b); i++) {
      out.writeByte(i);
    }
    return bytes.toByteArray();
  }

  private Path gzipped(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content);
    }
    return file;
  }

  @Test
  void imagesAreReadCompressedOrNot() throws IOException {
    Path plain = Files.write(folder.resolve("a"), idx(0x803, 3, 2, 4));
    Path packed = gzipped("b.gz", idx(0x803, 3, 2, 4));
    for (Path file : List.of(plain, packed)) {
      assertEquals(
          List.of(file + " image 0=0", file + " image 1=8", file + " image 2=16"),
          SourceTrial.read(file));
    }
  }

  @Test
  void labelsBesideAreKeptForTheImagesTaken() throws IOException {
    Path images = gzipped(IMAGES + ".gz", idx(0x803, 3, 2, 2));
    assertEquals(Optional.empty(), SourceTrial.labels(images));
    gzipped("t10k-labels-idx1-ubyte.gz", idx(0x801, 3));
    assertEquals(
        Optional.of(new Labels(List.of(0L, 2L), List.of())), SourceTrial.labels(images, 1));
    gzipped("t10k-labels-idx1-ubyte.gz", idx(0x801, 4));
    assertRefused(() -> SourceTrial.labels(images), "labels of the 3 images");
  }

  @Test
  void damageIsFoundBeforeTheLastImageIsGiven() throws IOException {
    byte[] whole = idx(0x803, 2, 2, 2);
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 1));
    assertRefused(() -> SourceTrial.read(cut), cut + ": damaged or cut off");
    Path more = Files.write(folder.resolve("more"), Arrays.copyOf(whole, whole.length + 1));
    assertRefused(() -> SourceTrial.read(more), "goes on after its last image");
    Path packed = gzipped("flipped.gz", whole);
    byte[] bytes = Files.readAllBytes(packed);
    bytes[bytes.length - 8] ^= 1; // in the checksum
    Files.write(packed, bytes);
    assertRefused(() -> SourceTrial.read(packed), packed + ": damaged or cut off");
    Path huge = Files.write(folder.resolve("huge"), idx(0x803, 0, 1 << 15, 1 << 15));
    assertRefused(() -> SourceTrial.read(huge), "damaged idx header");
  }

  @Test
  void filesOfLabelsAndFoldersOfIdxAreNamed() throws IOException {
    Path labels = Files.write(folder.resolve("labels"), idx(0x801, 3));
    assertRefused(() -> SourceTrial.read(labels), "give that of the images");
    Path set = Files.createDirectory(folder.resolve("mnist"));
    Files.write(set.resolve(IMAGES), idx(0x803, 3, 2, 2));
    assertRefused(() -> SourceTrial.read(set), "give one of them, such as " + IMAGES);
  }
}
