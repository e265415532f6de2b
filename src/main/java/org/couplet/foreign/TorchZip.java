package org.couplet.foreign;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipException;
import org.couplet.archive.ZipArchive;
import org.couplet.archive.ZipArchive.Entry;
import org.couplet.io.FileFailure;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's file: a zip without compression of a pickle and of its storages, an entry each. Each
 * entry's checksum is checked.
 */
final class TorchZip {
  private static final String PICKLE = "data.pkl";
  private static final int MOST_WORD = 16;

  private final FilePart file;
  private final ZipArchive zip;
  private final PickleReader.Budget budget;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, Storage> storages = new HashMap<>();
  private String folder = "";
  // Entries may lie over each other, which would be read again and again.
  private long unread;

  private TorchZip(FilePart file, ZipArchive zip, PickleReader.Budget budget) {
    this.file = file;
    this.zip = zip;
    this.budget = budget;
    this.unread = file.length();
  }

  /** The object of a file. */
  static @Nullable Object read(FilePart file, PickleReader.Budget budget) throws IOException {
    try (ZipArchive zip = ZipArchive.open(file.path())) {
      return new TorchZip(file, zip, budget).read();
    } catch (ZipException | EOFException e) {
      throw file.refusal("its zip is damaged: " + reason(e));
    } catch (IOException e) {
      throw FileFailure.of(FileFailure.Doing.READ, file.path(), e);
    }
  }

  private @Nullable Object read() throws IOException {
    zip.entries().forEach(entry -> entries.put(entry.name(), entry));
    String pickle =
        entries.keySet().stream()
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .sorted()
            .findFirst()
            .orElseThrow(() -> file.refusal("it is a zip without data.pkl, so none of PyTorch's"));
    folder = pickle.substring(0, pickle.length() - PICKLE.length());
    ByteOrder order =
        word("byteorder").equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    FilePart text = content(pickle);
    TorchClasses classes =
        new TorchClasses(text, budget, false) {
          @Override
          public @Nullable Object persistent(@Nullable Object identity) throws IOException {
            if (!(identity instanceof List<?> parts)
                || parts.size() < 3
                || !(parts.get(2) instanceof String key)) {
              return super.persistent(identity);
            }
            Storage storage = storages.get(key);
            if (storage == null) {
              storage = storage(parts, order).at(content(folder + "data/" + key));
              storages.put(key, storage);
            }
            return storage;
          }
        };
    return new PickleReader(new Cursor(text), classes, budget).read();
  }

  // Java's own has none at an early end.
  private static String reason(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), "it ends too early");
  }

  private String word(String name) throws IOException {
    if (!entries.containsKey(folder + name)) {
      return "";
    }
    FilePart content = content(folder + name);
    ByteBuffer word = ByteBuffer.allocate((int) Math.min(MOST_WORD, content.length()));
    content.read(0, word);
    return new String(word.array(), StandardCharsets.US_ASCII).strip();
  }

  // Where an entry's bytes lie; they are read once, to the end, for their checksum.
  private FilePart content(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw file.refusal("its entry " + name + " is missing");
    }
    if (!entry.isStored() || entry.encrypted()) {
      throw file.refusal("its entry " + name + " is compressed, as none of PyTorch's are");
    }
    unread -= entry.size();
    if (unread < 0) {
      throw file.refusal("its entries are larger than it is");
    }
    try (InputStream in = zip.open(entry)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (ZipException | EOFException e) {
      throw file.refusal("its entry " + name + ": " + reason(e));
    }
    return file.part(zip.content(entry), entry.size());
  }
}
