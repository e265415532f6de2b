package org.couplet.foreign;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.foreign.PickledObject.ClassName;
import org.jspecify.annotations.Nullable;

/** Makes tensors, parameters and ordered dictionaries; all other classes are inert. */
class TorchClasses implements PickleReader.Classes {
  private static final String UTILITIES = "torch._utils";

  private final FilePart file;
  private final PickleReader.Budget budget;
  private final boolean nested;

  /**
   * @param file for messages
   * @param nested whether this is a file within a pickle, in which there is no further one
   */
  TorchClasses(FilePart file, PickleReader.Budget budget, boolean nested) {
    this.file = file;
    this.budget = budget;
    this.nested = nested;
  }

  @Override
  public @Nullable Object called(ClassName type, List<@Nullable Object> arguments)
      throws IOException {
    if (type.is("collections", "OrderedDict")) {
      return ordered(arguments);
    }
    if (type.is("torch", "Size") && argument(arguments, 0) instanceof List<?> sizes) {
      return sizes;
    }
    if (type.is("torch.storage", "_load_from_bytes") && !nested) {
      if (argument(arguments, 0) instanceof FilePart bytes) {
        return new TorchStream(bytes, budget, true).read();
      }
      if (argument(arguments, 0) instanceof PickledObject text
          && text.type().is("_codecs", "encode")) {
        throw PickleReader.tooOld(file, "2"); // It has no bytes, only texts.
      }
    }
    if (type.module().equals(UTILITIES)) {
      switch (type.name()) {
        case "_rebuild_tensor", "_rebuild_tensor_v2" -> {
          if (argument(arguments, 0) instanceof Storage storage) {
            return tensor(storage, arguments);
          }
        }
        case "_rebuild_tensor_v3" -> {
          if (argument(arguments, 6) instanceof ClassName values) {
            return unread(values.name(), arguments);
          }
        }
        case "_rebuild_parameter", "_rebuild_parameter_with_state" -> {
          if (argument(arguments, 0) instanceof ForeignTensor tensor) {
            return tensor;
          }
        }
        default -> {}
      }
    }
    return new PickledObject(type, arguments);
  }

  @Override
  public @Nullable Object persistent(@Nullable Object identity) throws IOException {
    return new PickledObject(new ClassName("", "persistent object"), List.of());
  }

  /** A storage by its identity: a list of "storage", its class, its key, its device, its count. */
  Storage storage(List<?> identity, ByteOrder order) {
    if (identity.size() < 5
        || !(identity.get(1) instanceof ClassName type)
        || !(identity.get(4) instanceof Long count)
        || (identity.size() > 5 && identity.get(5) != null)) {
      throw file.refusal("a storage in it is not described as PyTorch does");
    }
    ElementType elements =
        ElementType.ofStorage(type.name())
            .orElseThrow(
                () -> file.refusal("values of the type " + type.name() + " are not read here"));
    return new Storage(elements, count, order);
  }

  private ForeignTensor tensor(Storage storage, List<@Nullable Object> arguments) {
    try {
      return new ForeignTensor(
          storage, number(argument(arguments, 1)), numbers(arguments, 2), numbers(arguments, 3));
    } catch (IllegalArgumentException e) {
      throw file.refusal("a tensor in it does not fit its storage: " + e.getMessage());
    }
  }

  // Of the newer types, whose storages are bytes.
  private ForeignTensor unread(String values, List<@Nullable Object> arguments) {
    try {
      return ForeignTensor.unread(values, numbers(arguments, 2));
    } catch (IllegalArgumentException e) {
      throw file.refusal("a tensor in it is not described as PyTorch does: " + e.getMessage());
    }
  }

  private Map<Object, @Nullable Object> ordered(List<@Nullable Object> arguments) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    if (argument(arguments, 0) instanceof List<?> pairs) {
      budget.spend(pairs.size(), file);
      for (Object pair : pairs) {
        if (pair instanceof List<?> two && two.size() == 2 && two.get(0) instanceof String name) {
          map.put(name, two.get(1));
        }
      }
    }
    return map;
  }

  private static long[] numbers(List<@Nullable Object> arguments, int place) {
    if (!(argument(arguments, place) instanceof List<?> list)) {
      throw new IllegalArgumentException("sizes are missing");
    }
    List<Long> numbers = new ArrayList<>();
    list.stream().limit(Byte.MAX_VALUE).forEach(each -> numbers.add(number(each)));
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private static long number(@Nullable Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("a number is missing");
  }

  private static @Nullable Object argument(List<@Nullable Object> arguments, int place) {
    return place < arguments.size() ? arguments.get(place) : null;
  }
}
