package org.couplet.foreign;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The weight files that {@code tools/reference/foreign.py} has written. */
public final class ForeignFiles {
  private ForeignFiles() {}

  /** The bytes of each, by name. */
  public static Map<String, byte[]> all() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (InputStream in =
            Objects.requireNonNull(
                ForeignFiles.class.getClassLoader().getResourceAsStream("reference/foreign.zip"));
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** The bytes of one; a wrong name fails the test by name. */
  public static byte[] get(String name) {
    return Objects.requireNonNull(all().get(name), name);
  }

  /** Puts one into a folder. */
  public static Path put(Path folder, String name) throws IOException {
    return Files.write(folder.resolve(name), get(name));
  }
}
