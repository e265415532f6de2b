package org.couplet.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * SHA-256 of what a file or a folder holds, as 64 hexadecimal digits. A file's is that of its bytes
 * alone, whatever its name. A folder's is that of its files' names, relative to the folder, and
 * their contents, wherever it lies and whenever they were written.
 */
public final class ContentHash {
  private static final int BUFFER = 1 << 18;
  private static final int BLOCKS = 64;
  private static final int BLOCK_BYTES = 4096;

  private ContentHash() {}

  /**
   * The hash of a file, or of a folder with all that is in it.
   *
   * @throws InvalidInputException if there is neither
   */
  public static String of(Path path) throws IOException {
    return of(path, name -> true);
  }

  /**
   * The hash of a file, or of some of a folder's files.
   *
   * @param wanted which files of a folder count, by their names relative to it, with slashes
   * @throws InvalidInputException if there is neither file nor folder
   */
  public static String of(Path path, Predicate<String> wanted) throws IOException {
    if (!Files.exists(path)) {
      throw new InvalidInputException(path + ": no such file or folder");
    }
    byte[] hash = Files.isDirectory(path) ? ofFolder(path, wanted) : ofFile(path);
    return HexFormat.of().formatHex(hash);
  }

  /**
   * A hash that takes no more time for large files: of a file's size and blocks ({@link
   * #ofBlocks}), or of the names and sizes of all files of a folder, and the blocks of 64 of them,
   * evenly spread. A change between the blocks is not seen.
   *
   * @throws InvalidInputException if there is neither file nor folder
   */
  public static String sketch(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new InvalidInputException(path + ": no such file or folder");
    }
    if (!Files.isDirectory(path)) {
      return of(FileFailure.reading(path, () -> Files.size(path)) + " " + ofBlocks(path));
    }
    List<Map.Entry<String, Path>> files = files(path, name -> true);
    MessageDigest digest = sha256();
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i).getValue();
      // Of the first and each that begins another 64th of them.
      boolean looked =
          i == 0 || (long) i * BLOCKS / files.size() > (i - 1L) * BLOCKS / files.size();
      String line =
          "%s\0%d %s\0"
              .formatted(
                  files.get(i).getKey(),
                  FileFailure.reading(file, () -> Files.size(file)),
                  looked ? ofBlocks(file) : "");
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String ofBlocks(Path file) throws IOException {
    return FileFailure.reading(
        file,
        () -> {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return ofBlocks(channel);
          }
        });
  }

  /** The hash of 4 KiB at each of 64 places, evenly spread from the first byte to the last. */
  public static String ofBlocks(FileChannel channel) throws IOException {
    Stream.Builder<byte[]> parts = Stream.builder();
    long last = Math.max(0, channel.size() - BLOCK_BYTES);
    for (int i = 0; i < BLOCKS; i++) {
      // In floating point, as the product may not fit a long.
      parts.add(block(channel, Math.round((double) last * i / (BLOCKS - 1))));
    }
    return of(parts.build());
  }

  private static byte[] block(FileChannel channel, long position) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    while (block.hasRemaining() && channel.read(block, position + block.position()) >= 0) {}
    return Arrays.copyOf(block.array(), block.position());
  }

  /** The hash of a text in UTF-8. */
  public static String of(String text) {
    return of(Stream.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The hash of parts, one after another as if they were a file. */
  public static String of(Stream<byte[]> parts) {
    MessageDigest digest = sha256();
    parts.forEachOrdered(digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] ofFolder(Path folder, Predicate<String> wanted) throws IOException {
    MessageDigest digest = sha256();
    for (Map.Entry<String, Path> file : files(folder, wanted)) {
      digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
      // Ends the name: no name has it. The file's own hash has always the same length.
      digest.update((byte) 0);
      digest.update(ofFile(file.getValue()));
    }
    return digest.digest();
  }

  // By their names, which may lack bytes of the paths: a name need not be UTF-8.
  private static List<Map.Entry<String, Path>> files(Path folder, Predicate<String> wanted)
      throws IOException {
    String separator = folder.getFileSystem().getSeparator();
    List<Map.Entry<String, Path>> files = new ArrayList<>();
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = folder.relativize(file).toString().replace(separator, "/");
            if (attributes.isRegularFile() && wanted.test(name)) {
              files.add(Map.entry(name, file));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            // A link to a folder above it adds nothing.
            if (failure instanceof FileSystemLoopException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        };
    FileFailure.reading(
        folder,
        () ->
            Files.walkFileTree(
                folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor));
    files.sort(
        Map.Entry.<String, Path>comparingByKey().thenComparing(Map.Entry.comparingByValue()));
    return files;
  }

  private static byte[] ofFile(Path file) throws IOException {
    MessageDigest digest = sha256();
    return FileFailure.reading(
        file,
        () -> {
          byte[] buffer = new byte[BUFFER];
          try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
              digest.update(buffer, 0, read);
            }
          }
          return digest.digest();
        });
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
