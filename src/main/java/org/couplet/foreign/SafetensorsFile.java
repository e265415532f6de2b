package org.couplet.foreign;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.report.Json;

/**
 * A file of safetensors: the length of a header, the header as JSON, and the values of the tensors,
 * row-major and little-endian.
 *
 * @param tensors by name, in the header's order
 * @param metadata what else the header says
 */
record SafetensorsFile(Map<String, ForeignTensor> tensors, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";
  static final String TYPE = "dtype";
  static final String SHAPE = "shape";
  static final String PLACE = "data_offsets";

  /** Whether a file begins as one of safetensors does. */
  static boolean is(FilePart file) throws IOException {
    if (file.length() <= Long.BYTES) {
      return false;
    }
    Cursor in = new Cursor(file);
    long header = in.i64();
    return header > 1 && header <= in.left() && in.u8() == '{';
  }

  static SafetensorsFile read(FilePart file) throws IOException {
    Cursor in = new Cursor(file);
    String text = in.text(in.i64());
    FilePart data = file.part(in.position(), in.left());
    Map<String, ForeignTensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    try {
      long left = data.length();
      JsonObject header = Json.GSON.fromJson(text, JsonObject.class);
      for (Map.Entry<String, JsonElement> entry : header.entrySet()) {
        JsonObject value = entry.getValue().getAsJsonObject();
        if (entry.getKey().equals(METADATA)) {
          value.entrySet().forEach(each -> metadata.put(each.getKey(), text(each.getValue())));
          continue;
        }
        FilePart place = place(data, value);
        left -= place.length();
        if (left < 0) {
          throw file.refusal("its tensors have more bytes than it");
        }
        tensors.put(entry.getKey(), tensor(place, value));
      }
    } catch (JsonParseException
        | IllegalStateException
        | NullPointerException
        | UnsupportedOperationException
        | IllegalArgumentException
        | ArithmeticException e) {
      // Gson's ways to say that an element is missing or another one.
      throw file.refusal("its header does not describe tensors");
    }
    return new SafetensorsFile(tensors, metadata);
  }

  private static FilePart place(FilePart data, JsonObject tensor) {
    List<Long> ends = numbers(tensor, PLACE);
    if (ends.size() != 2) {
      throw new IllegalArgumentException("two ends are wanted");
    }
    return data.part(ends.get(0), Math.subtractExact(ends.get(1), ends.get(0)));
  }

  private static ForeignTensor tensor(FilePart place, JsonObject tensor) {
    String name = text(tensor.get(TYPE));
    Optional<ElementType> type = ElementType.ofSafetensors(name);
    long[] shape = numbers(tensor, SHAPE).stream().mapToLong(Long::longValue).toArray();
    long[] strides = ForeignTensor.rowMajor(shape);
    long count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, size);
    }
    return type.isEmpty()
        ? ForeignTensor.unread(name, shape)
        : new ForeignTensor(
            new Storage(type.get(), count, ByteOrder.LITTLE_ENDIAN).at(place), 0, shape, strides);
  }

  private static List<Long> numbers(JsonObject tensor, String name) {
    List<Long> numbers = new ArrayList<>();
    for (JsonElement number : tensor.get(name).getAsJsonArray()) {
      numbers.add(number.getAsBigDecimal().longValueExact());
    }
    return numbers;
  }

  private static String text(JsonElement element) {
    return element.getAsJsonPrimitive().getAsString();
  }
}
