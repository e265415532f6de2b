package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.tensorflow.ndarray.Shape;

/** Kinds of files that {@code couplet data} reads. */
final class ImageKinds {
  private static final Shape ARRAY = Shape.of(3, 8, 8, 3);

  private final Path scratch;

  ImageKinds(Path scratch) {
    this.scratch = scratch;
  }

  Kind png() throws IOException {
    List<byte[]> sound = Pictures.png();
    Damage damage = oneOf(ofBytes(), ofBytes().repaired(Pictures::repairedPng));
    return new Kind("png", sound, damage, picture("png", "b.png").checked(sound));
  }

  /**
   * Of pictures without checksums.
   *
   * @param form such as jpeg
   */
  Kind picture(String form, List<byte[]> sound) throws IOException {
    return new Kind(form, sound, ofBytes(), picture(form, "b." + form));
  }

  // Beside a sound picture.
  private DataReader picture(String kind, String name) throws IOException {
    Path folder = folder(kind);
    Path pictures = Files.createDirectories(folder.resolve("in"));
    Files.write(pictures.resolve("a.png"), Pictures.png(7));
    return new DataReader(folder, pictures, name);
  }

  Kind zip() throws IOException {
    List<byte[]> sound =
        List.of(Containers.zip(pictures(), true), Containers.zip(pictures(), false));
    return file("zip", sound, oneOf(ofBytes(), ofBytes(), Containers.inZip(ofBytes())));
  }

  Kind tarGz() throws IOException {
    List<byte[]> sound =
        List.of(
            Containers.gzip(Containers.tar(batches())),
            Containers.gzip(Containers.tar(pictures())));
    return file("tar.gz", sound, oneOf(ofBytes(), ofBytes(), Containers.inGzip(tarDamage())));
  }

  Kind tar() throws IOException {
    List<byte[]> sound = List.of(Containers.tar(batches()), Containers.tar(pictures()));
    return new Kind("tar", sound, tarDamage(), reader("tar"));
  }

  private static Damage tarDamage() {
    return oneOf(ofBytes(), ofBytes().repaired(Containers::repairedTar));
  }

  Kind npy() throws IOException {
    List<byte[]> sound =
        List.of(
            npy(NpyType.U1, ARRAY),
            npy(NpyType.F4, ARRAY),
            npy(NpyType.I8, Shape.of(2, 3, 8, 8)),
            npy(NpyType.F8, Shape.of(2, 8, 8)));
    return new Kind("npy", sound, ofBytes(), reader("npy"));
  }

  Kind npz() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (NpzWriter npz = new NpzWriter(bytes)) {
      try (OutputStream values = npz.begin("arr_0", NpyType.U1, ARRAY)) {
        values.write(bytes((int) ARRAY.size()));
      }
    }
    byte[] array = npy(NpyType.U1, ARRAY);
    List<byte[]> sound =
        List.of(
            bytes.toByteArray(),
            Containers.zip(Map.of("arr_0.npy", array), false),
            Containers.zip(Map.of("arr_0.npy", array), true));
    return file("npz", sound, oneOf(ofBytes(), Containers.inZip(ofBytes())));
  }

  private Kind file(String name, List<byte[]> sound, Damage damage) throws IOException {
    return new Kind(name, sound, damage, reader(name).checked(sound));
  }

  private DataReader reader(String name) throws IOException {
    Path folder = folder(name);
    return new DataReader(folder, folder.resolve("in." + name), "");
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(scratch.resolve(name));
  }

  private static Map<String, byte[]> pictures() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("x/a.png", Pictures.png(1));
    files.put("x/b.png", Pictures.png(2));
    files.put("y/c.png", Pictures.png(3));
    return files;
  }

  private static Map<String, byte[]> batches() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    SetKinds.cifarFiles()
        .forEach((name, content) -> files.put("cifar-10-batches-bin/" + name, content));
    return files;
  }

  // Whole numbers are those of bytes; others are 0.
  private static byte[] npy(NpyType type, Shape shape) throws IOException {
    NpyHeader header = NpyHeader.of(type, shape);
    byte[] values = new byte[(int) header.valueBytes()];
    byte[] random = bytes((int) shape.size());
    for (int i = 0; i < random.length && !type.isFloat(); i++) {
      values[i * type.bytes()] = random[i];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(header.toBytes());
    bytes.write(values);
    return bytes.toByteArray();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
