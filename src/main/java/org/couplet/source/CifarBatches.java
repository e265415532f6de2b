package org.couplet.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureKind;
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

  private static final Pattern PYTHON =
      Pattern.compile("(^|/)(data_batch_\\d+|test_batch|cifar-100-python/(train|test))$");
  private static final String CLASS_NAMES = "batches.meta.txt";
  private static final char NOT_UTF_8 = '\ufffd';
  private static final int MOST_BYTES = 1 << 28;

  private final List<Map.Entry<String, byte[]>> batches;
  private final List<String> classes;
  private final long size;
  private int batch;
  private int record;

  private CifarBatches(
      NavigableMap<String, byte[]> batches, List<String> classes, Path source, Split split) {
    this.classes = classes;
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

  /** Whether a file's own name is that of the list of classes. */
  static boolean isClassNames(String name) {
    return name.equals(CLASS_NAMES);
  }

  /** Whether a path is that of a batch in Python's form. */
  static boolean isPythonBatch(String path) {
    return PYTHON.matcher(path).find();
  }

  /**
   * The batches among some files; they are kept in memory (184 MB), since archives keep them
   * unsorted.
   *
   * @param files those of one folder or archive
   */
  static CifarBatches of(Iterable<PictureFile> files, Path source, Split split) throws IOException {
    NavigableMap<String, byte[]> wanted = new TreeMap<>();
    List<String> classes = List.of();
    for (PictureFile file : files) {
      String name = file.fileName();
      if (isBatch(name) && split.includes(name)) {
        wanted.put(name, read(file));
      } else if (isClassNames(name)) {
        classes = classes(new String(read(file), StandardCharsets.UTF_8), source, name);
      }
    }
    return new CifarBatches(wanted, classes, source, split);
  }

  private static List<String> classes(String text, Path source, String name) {
    List<String> classes = text.lines().filter(line -> !line.isBlank()).toList();
    if (classes.size() != CLASSES || !classes.stream().allMatch(CifarBatches::isPlain)) {
      throw new InvalidInputException(
          "%s: %s does not have the names of %d classes, a line each; fetch it again"
              .formatted(source, name, CLASSES));
    }
    return classes;
  }

  // No damage shows in it.
  private static boolean isPlain(String name) {
    return name.chars().noneMatch(sign -> Character.isISOControl(sign) || sign == NOT_UTF_8);
  }

  private static byte[] read(PictureFile file) throws IOException {
    try (InputStream in = file.content().open()) {
      return in.readNBytes(MOST_BYTES);
    } catch (UnreadableImageException e) {
      throw new InvalidInputException(file.name() + ": " + e.getMessage(), e);
    }
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
    return new Item(name, 0, decoder -> decode(bytes, start));
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
    return Picture.ofPlanes(SIDE, SIDE, CHANNELS, planes).of(PictureKind.CIFAR_10);
  }

  @Override
  public void close() {
    // Nothing is open: the batches are in memory.
  }

  @Override
  public Optional<Labels> labels(BitSet taken) {
    List<Long> all = new ArrayList<>();
    for (Map.Entry<String, byte[]> each : batches) {
      for (int start = 0; start < each.getValue().length; start += RECORD) {
        all.add((long) each.getValue()[start]);
      }
    }
    return Optional.of(new Labels(taken.stream().mapToObj(all::get).toList(), classes));
  }
}
