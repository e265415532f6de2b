package org.couplet.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.UnreadableImageException;

/**
 * CIFAR-10's binary form: files of records, each a label byte and 3 planes of 32 x 32. The batches
 * come in the order of their names, whatever order the archive keeps them in.
 */
final class CifarBatches implements ImageSource {
  private static final int SIDE = 32;
  private static final int CHANNELS = 3;
  private static final int RECORD = 1 + SIDE * SIDE * CHANNELS;
  private static final int CLASSES = 10;
  private static final Pattern NAME = Pattern.compile("(data_batch_\\d+|test_batch)\\.bin");

  private final List<Map.Entry<String, byte[]>> batches;
  private final long size;
  private int batch;
  private int record;

  private CifarBatches(NavigableMap<String, byte[]> batches, Path source, Split split) {
    if (batches.isEmpty()) {
      throw new InvalidInputException(
          "%s: no CIFAR-10 batches (data_batch_1.bin, ..., test_batch.bin) for --split %s"
              .formatted(source, split.word()));
    }
    this.batches = List.copyOf(batches.entrySet());
    long images = 0;
    for (Map.Entry<String, byte[]> file : this.batches) {
      if (file.getValue().length == 0 || file.getValue().length % RECORD != 0) {
        throw new InvalidInputException(
            "%s: %s has %d bytes, no multiple of %d; fetch it again"
                .formatted(source, file.getKey(), file.getValue().length, RECORD));
      }
      images += file.getValue().length / RECORD;
    }
    size = images;
  }

  /** Whether a file's own name (no folders) is that of a batch. */
  static boolean isBatch(String name) {
    return NAME.matcher(name).matches();
  }

  /** The batches that lie in a folder. */
  static CifarBatches ofFolder(Path folder, Split split) throws IOException {
    NavigableMap<String, byte[]> wanted = new TreeMap<>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (isBatch(name) && split.includes(name)) {
          wanted.put(name, Files.readAllBytes(file));
        }
      }
    }
    return new CifarBatches(wanted, folder, split);
  }

  /**
   * The batches in a tar archive; they are kept in memory (184 MB), since they lie there unsorted.
   *
   * @param in the archive, decompressed; not closed
   */
  static CifarBatches ofTar(InputStream in, Path source, Split split) throws IOException {
    NavigableMap<String, byte[]> wanted = new TreeMap<>();
    TarArchiveInputStream tar = new TarArchiveInputStream(in);
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      String path = entry.getName();
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (entry.isFile() && isBatch(name) && split.includes(name)) {
        wanted.put(name, tar.readAllBytes());
      }
    }
    return new CifarBatches(wanted, source, split);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int channels() {
    return CHANNELS;
  }

  @Override
  public Item next() {
    if (record * RECORD == batches.get(batch).getValue().length) {
      batch++;
      record = 0;
    }
    byte[] bytes = batches.get(batch).getValue();
    int start = record * RECORD;
    String name = batches.get(batch).getKey() + " image " + record;
    record++;
    return new Item(name, decoder -> decode(bytes, start));
  }

  private static Picture decode(byte[] bytes, int start) throws UnreadableImageException {
    int label = Byte.toUnsignedInt(bytes[start]);
    if (label >= CLASSES) {
      throw UnreadableImageException.corrupt("label " + label + " is not one of CIFAR-10's");
    }
    float[] planes = new float[RECORD - 1];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = Byte.toUnsignedInt(bytes[start + 1 + i]);
    }
    return Picture.ofPlanes(SIDE, SIDE, CHANNELS, planes);
  }

  @Override
  public void close() {
    // Nothing is open: the batches are in memory.
  }

  /** Lists the folder that holds the batches: the source itself or one right below it. */
  static List<Path> foldersWithBatches(Path source) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (var paths = Files.walk(source, 2)) {
      paths
          .filter(path -> isBatch(String.valueOf(path.getFileName())))
          .map(path -> path.resolveSibling(""))
          .distinct()
          .sorted()
          .forEach(folders::add);
    }
    return folders;
  }
}
