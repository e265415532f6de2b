package org.couplet.image;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.npy.NpyType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class ImageSourcesTest extends ImportTrial {
  ImageSourcesTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  @Test
  void whatIsNoImageSourceIsRefused() throws IOException {
    assertRefused(() -> run(folder.resolve("absent"), 2), "absent: no such file");
    assertRefused(() -> run(source, 2), "no images found");
    Path text = Files.writeString(source.resolve("text.txt"), "hello");
    assertRefused(() -> run(text, 2), "not a known image source");
    assertRefused(() -> run(text, 0), "--size 0");
    Path phone = Files.writeString(folder.resolve("a.heic"), "\0\0\0\30ftypheic\0\0\0\0");
    assertRefused(() -> run(phone, 2), "a HEIC picture, which is not read; convert it");
    Path file = Files.write(source.resolve("a.png"), png(2, 2, 1));
    save(source.resolve("b.npy"), NpyType.U1, Shape.of(1, 2, 2, 3), rising(12));
    assertRefused(() -> run(source, 2), "both pictures (a.png) and arrays (b.npy)");
    assertEquals(1, run(source, 2, false, "a", null).written());
    assertRefused(() -> run(file, 2), "is a single picture; give its folder");
  }
}
