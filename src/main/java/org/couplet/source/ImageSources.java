package org.couplet.source;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.couplet.archive.Compression;
import org.couplet.archive.ZipArchive;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyReader;
import org.couplet.picture.PictureKind;
import org.couplet.picture.UnreadableImageException;

/** Tells from its content what an image source is, and opens it. */
public final class ImageSources {
  private static final String KNOWN =
      "a folder, zip, tar or tar.gz of pictures, .npy, .npz, MNIST's idx, or CIFAR-10's binary form";
  private static final int TAR_MAGIC = 257;
  private static final int MOST_NAMED = 8;

  private final ImageSelection images;
  private final Path source;
  private final String prefix;
  private final Set<Path> except;

  private ImageSources(ImageSelection images, Collection<Path> except) {
    this.images = images;
    this.source = images.source();
    this.prefix = images.only().orElse("");
    this.except =
        except.stream()
            .map(file -> file.toAbsolutePath().normalize())
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Opens a source.
   *
   * @param except files in the folder that are no images of it: the output
   * @throws InvalidInputException if it is missing, unknown, damaged, or nothing is left to take
   */
  public static ImageSource open(ImageSelection images, Collection<Path> except)
      throws IOException {
    Path source = images.source();
    if (!Files.exists(source)) {
      throw new InvalidInputException(
          source + ": no such file or folder" + Spelling.nearby(source, Files::exists));
    }
    ImageSources sources = new ImageSources(images, except);
    ImageSource opened = Files.isDirectory(source) ? sources.openFolder() : sources.openFile();
    if (opened.size() == 0) {
      opened.close();
      throw new InvalidInputException(source + ": holds no image");
    }
    return opened;
  }

  /** As {@link #open}, where a file that is a picture is a source of this one. */
  public static ImageSource openAlsoOne(ImageSelection images) throws IOException {
    Path file = images.source();
    if (Files.isRegularFile(file) && images.only().isEmpty() && images.split().isEmpty()) {
      PictureFile picture =
          new PictureFile(
              String.valueOf(file.getFileName()),
              Files.size(file),
              () -> Files.newInputStream(file));
      if (picture.kind().isRead()) {
        return new PictureFiles(List.of(picture), () -> {});
      }
    }
    return open(images, List.of());
  }

  private ImageSource openFolder() throws IOException {
    List<PictureFile> all = FolderFiles.in(source, except);
    List<String> folders =
        all.stream()
            .filter(file -> CifarBatches.isBatch(file.fileName()))
            .map(file -> file.name().substring(0, file.name().length() - file.fileName().length()))
            .filter(folder -> folder.indexOf('/') == folder.lastIndexOf('/'))
            .distinct()
            .toList();
    if (folders.size() == 1) {
      refuseOnly();
      String folder = folders.get(0);
      return CifarBatches.of(
          all.stream().filter(file -> file.name().startsWith(folder)).toList(), source, split());
    }
    refuseSplit();
    List<PictureFile> files = wanted(all);
    refuseKnown(files.stream().map(PictureFile::name).toList());
    List<PictureFile> arrays = files.stream().filter(ImageSources::isArray).toList();
    if (arrays.isEmpty()) {
      return pictures(files, all, () -> {});
    }
    Optional<PictureFile> picture = firstPicture(files);
    if (picture.isPresent()) {
      throw new InvalidInputException(
          "%s: holds both pictures (%s) and arrays (%s); choose by a prefix (%s)"
              .formatted(
                  source, picture.get().name(), arrays.get(0).name(), images.option("only")));
    }
    return arrays(
        arrays.stream().map(PictureFile::name).sorted(ImageSources::compareNaturally).toList());
  }

  private List<PictureFile> wanted(List<PictureFile> files) {
    return files.stream().filter(file -> file.name().startsWith(prefix)).toList();
  }

  private PictureFiles pictures(List<PictureFile> files, List<PictureFile> all, Closeable container)
      throws IOException {
    if (files.isEmpty()) {
      container.close();
      throw nothing(all.stream().map(PictureFile::name).toList());
    }
    return new PictureFiles(files, container);
  }

  private static Optional<PictureFile> firstPicture(List<PictureFile> files) throws IOException {
    for (PictureFile file : files) {
      try {
        if (!isArray(file) && file.kind().isRead()) {
          return Optional.of(file);
        }
      } catch (UnreadableImageException e) {
        // Whatever it is, it can't be taken: the next one is looked at.
      }
    }
    return Optional.empty();
  }

  private ImageSource arrays(List<String> names) throws IOException {
    List<ArrayImages.Part> parts = new ArrayList<>();
    for (String name : names) {
      Path file = source.resolve(name);
      parts.add(
          name.endsWith(".npy")
              ? new NpyPart(file)
              : NpzImages.part(file, "", images.option("only")));
    }
    return new ArrayImages(parts);
  }

  private record NpyPart(Path file) implements ArrayImages.Part {
    @Override
    public NpyReader open() throws IOException {
      return NpyReader.open(file);
    }

    @Override
    public Optional<NpyReader> labels() throws IOException {
      Path labels = Labels.fileBeside(file);
      return Files.isRegularFile(labels) ? Optional.of(NpyReader.open(labels)) : Optional.empty();
    }
  }

  private ImageSource openFile() throws IOException {
    Compression compression = Compression.of(head(Compression.NONE));
    byte[] head = head(compression);
    if (isTar(head)) {
      return openTar(compression);
    }
    refuseSplit();
    if (IdxImages.isIn(head, source)) {
      refuseOnly();
      return new IdxImages(source, compression);
    }
    if (NpyHeader.startsWith(head) && compression == Compression.NONE) {
      refuseOnly();
      return new ArrayImages(List.of(new NpyPart(source)));
    }
    PictureKind kind = PictureKind.of(head);
    if (kind == PictureKind.ARCHIVE && head[0] == 'P' && compression == Compression.NONE) {
      return openZip();
    }
    if (kind.isRead() && compression == Compression.NONE) {
      throw new InvalidInputException(source + ": is a single picture; give its folder");
    }
    if (isPickle(head)) {
      throw new InvalidInputException(
          source
              + ": a Python pickle, which is not read; load it in Python and save its arrays with"
              + " numpy.savez (statistics as mu and sigma)");
    }
    if (kind.isPicture() && compression == Compression.NONE) {
      throw new InvalidInputException(
          source + ": " + kind.describe() + ", which is not read; convert it to PNG or JPEG");
    }
    boolean packed = compression != Compression.NONE || kind == PictureKind.ARCHIVE;
    throw new InvalidInputException(
        packed
            ? source + ": compressed in a way that is not read; unpack it and give what is in it"
            : source + ": not a known image source; give " + KNOWN);
  }

  private byte[] head(Compression compression) throws IOException {
    try (InputStream in = compression.open(source)) {
      return in.readNBytes(PictureKind.HEAD);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidInputException(
          source + ": damaged or cut off (" + e.getMessage() + "); fetch it again", e);
    }
  }

  private ImageSource openTar(Compression compression) throws IOException {
    List<String> names = TarPictures.names(source, compression);
    if (names.stream().anyMatch(name -> CifarBatches.isBatch(fileName(name)))) {
      refuseOnly();
      return CifarBatches.of(
          TarPictures.read(source, compression, name -> isOfCifar(fileName(name))),
          source,
          split());
    }
    refuseSplit();
    refuseKnown(names);
    if (!names.isEmpty() && names.stream().allMatch(ImageSources::isArray)) {
      throw new InvalidInputException(source + ": a tar of arrays; unpack it and give the folder");
    }
    if (names.stream().noneMatch(name -> name.startsWith(prefix))) {
      throw nothing(names);
    }
    return new TarPictures(source, compression, names, prefix);
  }

  private boolean isOfCifar(String name) {
    return CifarBatches.isClassNames(name)
        || (CifarBatches.isBatch(name) && split().includes(name));
  }

  private ImageSource openZip() throws IOException {
    ZipArchive zip = ZipFiles.open(source);
    try {
      List<PictureFile> files = ZipFiles.in(zip);
      List<PictureFile> wanted = wanted(files);
      refuseKnown(wanted.stream().map(PictureFile::name).toList());
      List<PictureFile> arrays = files.stream().filter(ImageSources::isArray).toList();
      if (arrays.isEmpty() || firstPicture(wanted).isPresent()) {
        return pictures(wanted, files, zip);
      }
      zip.close();
      if (arrays.stream().anyMatch(file -> file.name().endsWith(".npz"))) {
        throw new InvalidInputException(
            source + ": a zip of .npz files; unpack it and give the folder");
      }
      return new ArrayImages(List.of(NpzImages.part(source, prefix, images.option("only"))));
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  // What is known but not read as it is.
  private void refuseKnown(List<String> names) {
    for (String name : names) {
      if (CifarBatches.isPythonBatch(name)) {
        throw new InvalidInputException(
            source
                + ": CIFAR's Python form, which is not read; fetch CIFAR-10's binary form with"
                + " tools/fetch-cifar10.sh");
      }
      if (name.contains("-images-idx3-ubyte") || name.contains("-images.idx3-ubyte")) {
        throw new InvalidInputException(
            source + ": holds MNIST's idx files; give one of them, such as " + name);
      }
    }
  }

  private InvalidInputException nothing(List<String> all) {
    return new InvalidInputException(
        prefix.isEmpty() || all.isEmpty()
            ? source + ": no images found; give " + KNOWN
            : "%s: no images found whose path begins with %s (%s); there are %s instead"
                .formatted(
                    source,
                    prefix,
                    images.option("only"),
                    FirstNames.of(Spelling.nearestFirst(prefix, prefixes(all)), MOST_NAMED)));
  }

  /** The folders, or else files, below the folder that all are in. */
  static List<String> prefixes(List<String> names) {
    int common = Labels.common(names);
    return names.stream()
        .map(
            name -> {
              int slash = name.indexOf('/', common);
              return slash < 0 ? name : name.substring(0, slash + 1);
            })
        .distinct()
        .sorted(ImageSources::compareNaturally)
        .toList();
  }

  private Split split() {
    return images.split().orElse(Split.TRAIN);
  }

  private void refuseSplit() {
    if (images.split().isPresent()) {
      throw new InvalidInputException(
          "%s: %s is for CIFAR-10's binary archive; choose with %s"
              .formatted(source, images.option("split"), images.option("only")));
    }
  }

  private void refuseOnly() {
    if (images.only().isPresent()) {
      throw new InvalidInputException(
          "%s: %s is for folders, archives and .npz; for CIFAR-10's binary form use %s"
              .formatted(source, images.option("only"), images.option("split")));
    }
  }

  private static boolean isArray(PictureFile file) {
    return isArray(file.name());
  }

  private static boolean isArray(String name) {
    return (name.endsWith(".npy") || name.endsWith(".npz")) && !name.endsWith(Labels.SUFFIX);
  }

  private static String fileName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  // Protocols 2 to 5; the older ones have no mark.
  private static boolean isPickle(byte[] head) {
    return head.length > 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5;
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
