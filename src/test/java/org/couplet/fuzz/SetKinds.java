package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.io.AtomicFile;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyType;
import org.tensorflow.ndarray.Shape;

/** Kinds of data sets: files of images, and those of their labels beside them. */
final class SetKinds {
  private static final int CIFAR_RECORD = 3073;
  private static final int SIDE = 8;
  private static final String IMAGES = "t10k-images-idx3-ubyte";
  private static final String LABELS = "t10k-labels-idx1-ubyte";
  private static final String CLASSES =
      "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

  private final Path scratch;

  SetKinds(Path scratch) {
    this.scratch = scratch;
  }

  /** MNIST's files. Only gzip has checksums. */
  Kind idx() throws IOException {
    byte[] images = idx(0x803, 3, SIDE, SIDE);
    byte[] labels = idx(0x801, 3);
    byte[] packed = set(Map.of(IMAGES, Containers.gzip(images), LABELS, Containers.gzip(labels)));
    byte[] plain = set(Map.of(IMAGES, images, LABELS, labels));
    Damage inGzip = Containers.inGzip(ofBytes());
    Damage ofFile =
        (sound, other, random) ->
            Containers.isGzip(sound)
                ? oneOf(ofBytes(), inGzip).of(sound, sound, random)
                : ofBytes().repaired(bytes -> bytes).of(sound, sound, random);
    return new Kind(
        "idx",
        List.of(packed, plain),
        oneFile(ofFile),
        reader("idx", IMAGES).labelled().checked(List.of(packed, plain)));
  }

  /** CIFAR-10's unpacked files, which have no checksums. */
  Kind cifar() throws IOException {
    return new Kind("cifar", List.of(set(cifarFiles())), oneFile(ofBytes()), reader("cifar", ""));
  }

  /** An array and its labels. */
  Kind labels() throws IOException {
    List<byte[]> sound =
        List.of(
            set(Map.of("x.npy", images(), "x.labels.npy", npy(NpyType.I8, 3))),
            set(Map.of("x.npy", images(), "x.labels.npy", npy(NpyType.U1, 3))));
    return new Kind("labels", sound, oneFile(ofBytes()), reader("labels", "x.npy"));
  }

  /** What {@code couplet train} reads. */
  Kind trainingData() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("training-data"));
    Path file = folder.resolve("x.npy");
    Path config =
        SmallExperiments.write(
            folder,
            SmallExperiments.UNET.replace(
                "procedural { resolution: 8 count: 50 }",
                "image_file { resolution: 8 channels: 3 }"));
    Path run = folder.resolve("never");
    return new Kind(
        "training-data",
        List.of(images()),
        ofBytes(),
        input -> {
          Files.write(file, input.bytes());
          CommandRun planned =
              CommandRun.of("train", "--config", config, "--run", run, "--data", file, "--dry-run");
          return new Kind.Outcome(
              planned, Files.exists(run) ? Optional.of("a run was begun") : Optional.empty());
        });
  }

  static Map<String, byte[]> cifarFiles() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("data_batch_1.bin", batch(1));
    files.put("data_batch_2.bin", batch(7));
    files.put("test_batch.bin", batch(2));
    files.put("batches.meta.txt", CLASSES.getBytes(StandardCharsets.UTF_8));
    return files;
  }

  // Two images.
  private static byte[] batch(int label) {
    byte[] batch = new byte[2 * CIFAR_RECORD];
    new Random(label).nextBytes(batch);
    batch[0] = (byte) label;
    batch[CIFAR_RECORD] = (byte) label;
    return batch;
  }

  private static byte[] idx(int magic, int... sizes) {
    int count = 1;
    for (int size : sizes) {
      count *= size;
    }
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + count).putInt(magic);
    for (int size : sizes) {
      file.putInt(size);
    }
    for (int i = 0; file.hasRemaining(); i++) {
      file.put((byte) (count > SIDE ? 7 * i : i));
    }
    return file.array();
  }

  private static byte[] images() throws IOException {
    return npy(NpyType.U1, 3, SIDE, SIDE, 3);
  }

  // Values 0, 1, 2 and so on.
  private static byte[] npy(NpyType type, long... sizes) throws IOException {
    NpyHeader header = NpyHeader.of(type, Shape.of(sizes));
    ByteBuffer values =
        ByteBuffer.allocate((int) header.valueBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < header.size(); i++) {
      values.put(i * type.bytes(), (byte) i);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(header.toBytes());
    bytes.write(values.array());
    return bytes.toByteArray();
  }

  // An input of several files is a zip of them.
  private static byte[] set(Map<String, byte[]> files) throws IOException {
    return Containers.zip(files, true);
  }

  private static Damage oneFile(Damage damage) {
    return (set, other, random) -> {
      Map<String, byte[]> files = Containers.unzip(set);
      List<String> names = files.keySet().stream().sorted().toList();
      String one = names.get(random.nextInt(names.size()));
      byte[] sound = Objects.requireNonNull(files.get(one));
      Damage.Damaged damaged = damage.of(sound, sound, random);
      files.put(one, damaged.bytes());
      return new Damage.Damaged(set(files), damaged.isCoherent());
    };
  }

  /**
   * A reader of several files.
   *
   * @param source which the command is given; empty for their folder
   */
  private DataReader reader(String kind, String source) throws IOException {
    Path folder = Files.createDirectories(scratch.resolve(kind));
    Path in = Files.createDirectories(folder.resolve("in"));
    return new DataReader(
        folder,
        in.resolve(source),
        input -> {
          AtomicFile.delete(in);
          Files.createDirectories(in);
          for (Map.Entry<String, byte[]> file : Containers.unzip(input).entrySet()) {
            Files.write(in.resolve(file.getKey()), file.getValue());
          }
        });
  }
}
