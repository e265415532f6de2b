package org.couplet.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** How a whole file is compressed. Its checksums are checked by reading it to the end. */
public enum Compression {
  NONE,
  GZIP,
  BZIP2;

  private static final int BUFFER = 1 << 16;

  /** What a file's first bytes show. */
  public static Compression of(byte[] head) {
    if (head.length > 2 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
      return GZIP;
    }
    return head.length > 2 && head[0] == 'B' && head[1] == 'Z' && head[2] == 'h' ? BZIP2 : NONE;
  }

  /** Opens a file for its decompressed bytes; several compressed parts are read as one. */
  public InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      return switch (this) {
        case NONE -> in;
        case GZIP ->
            new BufferedInputStream(
                GzipCompressorInputStream.builder()
                    .setInputStream(in)
                    .setDecompressConcatenated(true)
                    .get(),
                BUFFER);
        case BZIP2 -> new BufferedInputStream(new BZip2CompressorInputStream(in, true), BUFFER);
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }
}
