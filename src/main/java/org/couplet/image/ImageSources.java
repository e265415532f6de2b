package org.couplet.image;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyReader;
import org.jspecify.annotations.Nullable;

/** Tells from its content what an image source is, and opens it. */
final class ImageSources {
  private static final String KNOWN =
      "CIFAR-10's binary archive or folder, a folder or zip of PNG or JPEG files, .npy, .npz";
  private static final int TAR_MAGIC = 257;

  private final ImageSelection images;
  private final Path source;
  private final String prefix;
  private final @Nullable Path except;

  private ImageSources(ImageSelection images, @Nullable Path except) {
    this.images = images;
    this.source = images.source();
    this.prefix = images.only().orElse("");
    this.except = except == null ? null : except.toAbsolutePath().normalize();
  }

  /**
   * Opens a source.
   *
   * @param except a file in the folder that is not an image of it: the output
   * @throws InvalidInputException if it is missing, unknown, damaged, or nothing is left to take
   */
  static ImageSource open(ImageSelection images, @Nullable Path except) throws IOException {
    Path source = images.source();
    if (!Files.exists(source)) {
      throw new InvalidInputException(source + ": no such file or folder");
    }
    ImageSources sources = new ImageSources(images, except);
    ImageSource opened = Files.isDirectory(source) ? sources.openFolder() : sources.openFile();
    if (opened.size() == 0) {
      opened.close();
      throw new InvalidInputException(source + ": holds no image");
    }
    return opened;
  }

  private ImageSource openFolder() throws IOException {
    List<Path> cifar = CifarBatches.foldersWithBatches(source);
    if (cifar.size() == 1) {
      refuseOnly();
      return CifarBatches.ofFolder(cifar.get(0), split());
    }
    refuseSplit();
    List<String> names = namesIn(source);
    List<String> pictures = names.stream().filter(PictureFiles::isPicture).toList();
    List<String> arrays = names.stream().filter(ImageSources::isArray).toList();
    if (!pictures.isEmpty() && !arrays.isEmpty()) {
      throw new InvalidInputException(
          "%s: holds both pictures (%s) and arrays (%s); choose by a prefix (--only)"
              .formatted(source, pictures.get(0), arrays.get(0)));
    }
    if (!pictures.isEmpty()) {
      return PictureFiles.ofFolder(source, pictures);
    }
    return arrays(arrays.stream().sorted(ImageSources::compareNaturally).toList());
  }

  private ImageSource arrays(List<String> names) throws IOException {
    if (names.isEmpty()) {
      throw nothing();
    }
    List<ArrayImages.Part> parts = new ArrayList<>();
    for (String name : names) {
      Path file = source.resolve(name);
      if (name.endsWith(".npy")) {
        parts.add(() -> NpyReader.open(file));
      } else {
        parts.add(NpzImages.part(file, ""));
      }
    }
    return new ArrayImages(parts);
  }

  private ImageSource openFile() throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(source)) {
      head = in.readNBytes(512);
    }
    if (isGzip(head) || isTar(head)) {
      refuseOnly();
      return openTar(isGzip(head));
    }
    refuseSplit();
    if (NpyHeader.startsWith(head)) {
      refuseOnly();
      return new ArrayImages(List.of(() -> NpyReader.open(source)));
    }
    if (head.length > 1 && head[0] == 'P' && head[1] == 'K') {
      return openZip();
    }
    throw new InvalidInputException(source + ": not a known image source; give " + KNOWN);
  }

  private ImageSource openTar(boolean gzip) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(source), 1 << 16);
        InputStream in = gzip ? new GZIPInputStream(file, 1 << 16) : file) {
      return CifarBatches.ofTar(in, source, split());
    } catch (ZipException | EOFException e) {
      throw new InvalidInputException(
          source + ": damaged or cut off (" + e.getMessage() + "); fetch it again", e);
    }
  }

  private ImageSource openZip() throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(source.toFile());
    } catch (ZipException e) {
      throw new InvalidInputException(
          source + ": damaged or cut off zip (" + e.getMessage() + "); fetch it again", e);
    }
    List<String> names =
        zip.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
    List<String> pictures =
        names.stream()
            .filter(PictureFiles::isPicture)
            .filter(name -> name.startsWith(prefix))
            .toList();
    if (!pictures.isEmpty()) {
      return PictureFiles.ofZip(zip, pictures);
    }
    zip.close();
    if (names.stream().anyMatch(name -> name.endsWith(".npz"))) {
      throw new InvalidInputException(
          source + ": a zip of .npz files; unpack it and give the folder");
    }
    if (names.stream().anyMatch(name -> name.endsWith(".npy"))) {
      return new ArrayImages(List.of(NpzImages.part(source, prefix)));
    }
    throw nothing();
  }

  private List<String> namesIn(Path folder) throws IOException {
    try (var paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(path -> !path.toAbsolutePath().normalize().equals(except))
          .map(path -> folder.relativize(path).toString().replace('\\', '/'))
          .filter(name -> name.startsWith(prefix))
          .toList();
    }
  }

  private InvalidInputException nothing() {
    String where = images.only().map(only -> " whose path begins with " + only).orElse("");
    return new InvalidInputException(source + ": no images found" + where + "; give " + KNOWN);
  }

  private Split split() {
    return images.split().orElse(Split.TRAIN);
  }

  private void refuseSplit() {
    if (images.split().isPresent()) {
      throw new InvalidInputException(
          source + ": --split is for CIFAR-10's binary archive; choose with --only");
    }
  }

  private void refuseOnly() {
    if (images.only().isPresent()) {
      throw new InvalidInputException(
          source
              + ": --only is for folders, zips and .npz; for CIFAR-10's binary form use --split");
    }
  }

  private static boolean isArray(String name) {
    return !name.startsWith(".") && (name.endsWith(".npy") || name.endsWith(".npz"));
  }

  private static boolean isGzip(byte[] head) {
    return head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b;
  }

  private static boolean isTar(byte[] head) {
    return head.length == 512
        && new String(head, TAR_MAGIC, 5, StandardCharsets.US_ASCII).equals("ustar");
  }

  // Numbers by value: batch_2 before batch_10.
  private static int compareNaturally(String one, String other) {
    String[] ones = one.split("(?<=\\D)(?=\\d)|(?<=\\d)(?=\\D)", -1);
    String[] others = other.split("(?<=\\D)(?=\\d)|(?<=\\d)(?=\\D)", -1);
    for (int i = 0; i < Math.min(ones.length, others.length); i++) {
      boolean numbers = ones[i].matches("\\d{1,18}") && others[i].matches("\\d{1,18}");
      int order =
          numbers
              ? Long.compare(Long.parseLong(ones[i]), Long.parseLong(others[i]))
              : ones[i].compareTo(others[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(ones.length, others.length);
  }
}
