package org.couplet.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The files of a folder or a zip, sorted by path; those that are no pictures are left out. */
final class PictureFiles implements ImageSource {
  private final List<PictureFile> files;
  private final Closeable container;
  private int next;

  /**
   * @param container closed with this
   */
  PictureFiles(List<PictureFile> files, Closeable container) {
    this.files = files.stream().sorted(Comparator.comparing(PictureFile::name)).toList();
    this.container = container;
  }

  @Override
  public long size() {
    return files.size();
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
  public Item next() {
    PictureFile file = files.get(next++);
    return new Item(file);
  }

  @Override
  public Optional<Labels> labels(BitSet taken) {
    return Labels.ofFolders(taken.stream().mapToObj(i -> files.get(i).name()).toList());
  }

  @Override
  public void close() throws IOException {
    container.close();
  }
}
