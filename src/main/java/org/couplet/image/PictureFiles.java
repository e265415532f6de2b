package org.couplet.image;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.couplet.picture.UnreadableImageException;

/** PNG and JPEG files of a folder or a zip, sorted by path. */
final class PictureFiles implements ImageSource {
  private final List<String> names;
  private final Content content;
  private final Closeable container;
  private int next;

  /** The bytes of a file by its name; called by several threads. */
  @FunctionalInterface
  private interface Content {
    byte[] read(String name) throws IOException;
  }

  private PictureFiles(List<String> names, Content content, Closeable container) {
    this.names = names.stream().sorted().toList();
    this.content = content;
    this.container = container;
  }

  /**
   * @param names relative to the folder, with slashes
   */
  static PictureFiles ofFolder(Path folder, List<String> names) {
    return new PictureFiles(names, name -> Files.readAllBytes(folder.resolve(name)), () -> {});
  }

  /**
   * @param zip closed with this
   */
  static PictureFiles ofZip(ZipFile zip, List<String> names) {
    return new PictureFiles(names, name -> read(zip, name), zip);
  }

  /** Whether a name is that of a picture, and not of a hidden file. */
  static boolean isPicture(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean hidden = lower.startsWith(".") || lower.contains("/.") || lower.contains("__macosx/");
    return !hidden && (lower.endsWith(".png") || lower.endsWith(".jpg") || lower.endsWith(".jpeg"));
  }

  @Override
  public long size() {
    return names.size();
  }

  @Override
  public int channels() {
    return 3;
  }

  @Override
  public Item next() {
    String name = names.get(next++);
    return new Item(name, decoder -> decoder.decode(new ByteArrayInputStream(content.read(name))));
  }

  @Override
  public void close() throws IOException {
    container.close();
  }

  private static byte[] read(ZipFile zip, String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readAllBytes();
    } catch (ZipException | EOFException e) {
      // The second where the compressed data end before the picture does.
      throw UnreadableImageException.corrupt("damaged in the zip: " + e.getMessage(), e);
    }
    // Java's ZipFile leaves this check to the caller, and a JPEG has none of its own.
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    if (checksum.getValue() != entry.getCrc()) {
      throw UnreadableImageException.corrupt("damaged in the zip: its checksum is wrong");
    }
    return bytes;
  }
}
