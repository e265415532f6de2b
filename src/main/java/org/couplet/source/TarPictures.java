package org.couplet.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.couplet.archive.Compression;
import org.couplet.archive.TarReader;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.PictureKind;
import org.couplet.picture.UnreadableImageException;

/**
 * The files of a tar archive in its own order: sorting them would mean to keep them all. The
 * archive is read twice, first for the names and the checksum, then for the pictures.
 */
final class TarPictures implements ImageSource {
  private final Path source;
  private final String prefix;
  private final List<String> names;
  private final TarReader tar;
  private int next;

  /**
   * @param names all that the archive lists, in its order
   * @param prefix with which the names of those begin that are wanted
   */
  TarPictures(Path source, Compression compression, List<String> names, String prefix)
      throws IOException {
    this.source = source;
    this.prefix = prefix;
    this.names = names.stream().filter(name -> name.startsWith(prefix)).toList();
    this.tar = new TarReader(source, compression);
  }

  /** The files that are wanted, with their bytes, which all fit in memory. */
  static List<PictureFile> read(Path source, Compression compression, Predicate<String> wanted)
      throws IOException {
    List<PictureFile> files = new ArrayList<>();
    try (TarReader tar = new TarReader(source, compression)) {
      for (Optional<TarArchiveEntry> entry = next(tar); entry.isPresent(); entry = next(tar)) {
        if (wanted.test(name(entry.get()))) {
          files.add(file(tar, entry.get()));
        }
      }
    }
    return files;
  }

  /** Reads the whole archive. */
  static List<String> names(Path source, Compression compression) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarReader tar = new TarReader(source, compression)) {
      for (Optional<TarArchiveEntry> entry = next(tar); entry.isPresent(); entry = next(tar)) {
        names.add(name(entry.get()));
      }
    }
    return names;
  }

  // The next file that is not hidden.
  private static Optional<TarArchiveEntry> next(TarReader tar) throws IOException {
    Optional<TarArchiveEntry> entry = tar.next();
    while (entry.isPresent() && PictureFile.isHidden(name(entry.get()))) {
      entry = tar.next();
    }
    return entry;
  }

  private static String name(TarArchiveEntry entry) {
    return PictureFile.plainName(entry.getName());
  }

  @Override
  public long size() {
    return names.size();
  }

  @Override
  public boolean hasFiles() {
    return true;
  }

  @Override
  public int channels() {
    return 3;
  }

  @Override
  public Item next() throws IOException {
    Optional<TarArchiveEntry> entry = next(tar);
    while (entry.isPresent() && !name(entry.get()).startsWith(prefix)) {
      entry = next(tar);
    }
    if (entry.isEmpty() || !name(entry.get()).equals(names.get(next))) {
      throw new InvalidInputException(source + ": was changed while it was read; try again");
    }
    PictureFile file = file(tar, entry.get());
    if (++next == names.size()) {
      readToTheEnd();
    }
    return new Item(file);
  }

  private static PictureFile file(TarReader tar, TarArchiveEntry entry) throws IOException {
    String name = name(entry);
    if (entry.isLink() || entry.isSymbolicLink()) {
      return PictureFile.unreadable(
          name, new UnreadableImageException("link", "a link, not a file of its own"));
    }
    long size = entry.getRealSize();
    long most = size > PictureFile.MOST_BYTES ? PictureKind.HEAD : PictureFile.MOST_BYTES;
    byte[] bytes = tar.bytes((int) most);
    return new PictureFile(name, size, () -> new ByteArrayInputStream(bytes));
  }

  private void readToTheEnd() throws IOException {
    Optional<TarArchiveEntry> entry;
    do {
      entry = tar.next();
    } while (entry.isPresent());
  }

  @Override
  public Optional<Labels> labels(BitSet taken) {
    return Labels.ofFolders(taken.stream().mapToObj(names::get).toList());
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
