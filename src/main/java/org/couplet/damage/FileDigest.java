package org.couplet.damage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.couplet.io.ContentHash;
import org.couplet.io.InvalidInputException;

/** The SHA-256 of a file whose format has no checksum, in a file of its own. */
public final class FileDigest {
  private FileDigest() {}

  /**
   * Compares what was read from a file with its digest; files of others, and older ones, have none.
   *
   * @throws InvalidInputException if they differ
   */
  public static void check(Path file, byte[] bytes, Path digest) throws IOException {
    if (Files.isRegularFile(digest)
        && !Files.readString(digest, StandardCharsets.ISO_8859_1)
            .strip()
            .equals(ContentHash.of(Stream.of(bytes)))) {
      throw new InvalidInputException(
          "%s: damaged: its SHA-256 is not the one in %s; build or export it again, or remove that file if you changed the graph"
              .formatted(file, digest.getFileName()));
    }
  }
}
