package org.couplet.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's file before it was a zip, which storages in plain pickles still are: pickles of a magic
 * number, a version, the writing machine, the object and the keys of its storages, then each
 * storage's number of values and the values, little-endian.
 */
final class TorchStream {
  /** How the first pickle begins: a number of 10 bytes. */
  static final byte[] MAGIC = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    0x0a,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  private static final long VERSION = 1001;

  private final Cursor in;
  private final PickleReader.Budget budget;
  private final Map<String, Storage> storages = new HashMap<>();
  private final TorchClasses classes;

  /**
   * @param nested whether this is part of a pickle
   */
  TorchStream(FilePart file, PickleReader.Budget budget, boolean nested) {
    this.in = new Cursor(file);
    this.budget = budget;
    this.classes =
        new TorchClasses(file, budget, nested) {
          @Override
          public @Nullable Object persistent(@Nullable Object identity) throws IOException {
            return identity instanceof List<?> parts && parts.size() > 2
                ? storages.computeIfAbsent(
                    String.valueOf(key(parts.get(2))),
                    key -> storage(parts, ByteOrder.LITTLE_ENDIAN))
                : super.persistent(identity);
          }
        };
  }

  /** The object. */
  @Nullable Object read() throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(MAGIC.length);
    in.bytes(MAGIC.length).read(0, magic);
    if (!Arrays.equals(MAGIC, magic.array())) {
      throw in.part().refusal("it does not begin as a file of PyTorch");
    }
    if (!Objects.equals(pickle(), VERSION)) {
      throw in.part().refusal("it is of another version of PyTorch's format than 1001");
    }
    if (pickle() instanceof Map<?, ?> machine
        && Objects.equals(machine.get("little_endian"), false)) {
      throw in.part().refusal("it was written on a big-endian machine");
    }
    Object object = pickle();
    if (!(pickle() instanceof List<?> keys)) {
      throw in.part().refusal("the list of its storages is missing");
    }
    for (Object key : keys) {
      Storage storage = storages.remove(String.valueOf(key(key)));
      if (storage == null) {
        throw in.part().refusal("it has a storage twice, or one that no tensor has");
      }
      long count = in.i64();
      if (count != storage.count() || count > in.left() / storage.type().bytes()) {
        throw in.part()
            .refusal(
                "a storage of %d values has %d, with %d bytes left in the file"
                    .formatted(storage.count(), count, in.left()));
      }
      storage.at(in.bytes(count * storage.type().bytes()));
    }
    if (!storages.isEmpty()) {
      throw in.part().refusal("the values of a storage are missing");
    }
    return object;
  }

  private Object key(@Nullable Object key) {
    if (key instanceof String || key instanceof Long) {
      return key;
    }
    throw in.part().refusal("a storage in it has no name");
  }

  private @Nullable Object pickle() throws IOException {
    return new PickleReader(in, classes, budget).read();
  }
}
