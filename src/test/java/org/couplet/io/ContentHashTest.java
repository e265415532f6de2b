package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentHashTest {
  private final Path folder;

  ContentHashTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Path put(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  void fileHasTheHashOfItsBytes() throws IOException {
    // The standard's own examples (FIPS 180-4): "abc", and a million times "a".
    assertEquals(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ContentHash.of(put("short", "abc")));
    assertEquals(
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ContentHash.of(put("long", "a".repeat(1_000_000))));
  }

  @Test
  void folderHasTheHashOfNamesAndContents() throws IOException {
    put("one/b/x", "1");
    put("one/a", "2");
    put("two/a", "2");
    put("two/b/x", "1");
    String hash = ContentHash.of(folder.resolve("one"));
    assertEquals(64, hash.length());
    assertEquals(hash, ContentHash.of(folder.resolve("two")));
    put("two/a", "3");
    assertNotEquals(hash, ContentHash.of(folder.resolve("two")), "other content");
    put("moved/a", "1");
    put("moved/b/x", "2");
    assertNotEquals(hash, ContentHash.of(folder.resolve("moved")), "contents exchanged");
    put("named/a", "2");
    put("named/b/y", "1");
    assertNotEquals(hash, ContentHash.of(folder.resolve("named")), "other name");
  }

  @Test
  void unwantedFilesDoNotCount() throws IOException {
    put("one/a", "1");
    String hash = ContentHash.of(folder.resolve("one"));
    put("one/extra/version", "2");
    put("one/extras", "3");
    assertNotEquals(
        hash, ContentHash.of(folder.resolve("one"), name -> !name.startsWith("extra/")));
    Files.delete(folder.resolve("one/extras"));
    assertEquals(hash, ContentHash.of(folder.resolve("one"), name -> !name.startsWith("extra/")));
    assertNotEquals(hash, ContentHash.of(folder.resolve("one")));
  }

  @Test
  void missingPathIsRefused() {
    Path absent = folder.resolve("absent");
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> ContentHash.of(absent));
    assertEquals(absent + ": no such file or folder", refusal.getMessage());
  }

  @Test
  void aSketchFindsOtherFilesWithoutReadingAll() throws IOException {
    put("one/a", "2");
    put("one/b/x", "1".repeat(1_000_000));
    put("two/b/x", "1".repeat(1_000_000));
    put("two/a", "2");
    String sketch = ContentHash.sketch(folder.resolve("one"));
    assertEquals(sketch, ContentHash.sketch(folder.resolve("two")));
    String file = ContentHash.sketch(folder.resolve("one/b/x"));
    assertEquals(file, ContentHash.sketch(folder.resolve("two/b/x")));
    put("two/b/x", "1".repeat(999_999) + "2");
    assertNotEquals(file, ContentHash.sketch(folder.resolve("two/b/x")), "other end");
    assertNotEquals(sketch, ContentHash.sketch(folder.resolve("two")), "other end");
    put("two/b/x", "1".repeat(1_000_001));
    assertNotEquals(file, ContentHash.sketch(folder.resolve("two/b/x")), "other size");
    put("named/c", "2");
    put("named/b/x", "1".repeat(1_000_000));
    assertNotEquals(sketch, ContentHash.sketch(folder.resolve("named")), "other name");
    assertThrows(InvalidInputException.class, () -> ContentHash.sketch(folder.resolve("absent")));
  }
}
