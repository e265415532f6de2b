package org.couplet.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.couplet.report.Json;
import org.couplet.serving.HostTensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Tensors as nested lists of JSON, as TensorFlow Serving has them. */
final class TensorJson {
  private static final int MOST_AXES = 8;

  private TensorJson() {}

  /**
   * Reads a tensor.
   *
   * @param name of the input, for messages
   * @param info its type and shape
   */
  static HostTensor read(String name, JsonElement json, TensorInfo info) {
    List<Long> shape = new ArrayList<>();
    JsonElement inner = json;
    while (inner.isJsonArray()) {
      if (shape.size() == MOST_AXES) {
        throw HttpProblem.badRequest(name + ": more than " + MOST_AXES + " lists in each other");
      }
      JsonArray list = inner.getAsJsonArray();
      shape.add((long) list.size());
      if (list.isEmpty()) {
        break;
      }
      inner = list.get(0);
    }
    checkShape(name, shape, info.getTensorShape());
    requireAlike(name, json, shape, 0);
    long count = shape.stream().reduce(1L, (one, other) -> one * other);
    int width = HostTensor.width(info.getDtype());
    ByteBuffer numbers =
        ByteBuffer.allocate(Math.toIntExact(count * width)).order(ByteOrder.LITTLE_ENDIAN);
    fill(name, json, info.getDtype(), numbers);
    return HostTensor.of(
        info.getDtype(), shape.stream().mapToLong(size -> size).toArray(), numbers.array());
  }

  private static void checkShape(String name, List<Long> shape, TensorShapeProto wanted) {
    if (wanted.getUnknownRank()) {
      return;
    }
    List<Long> sizes = wanted.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
    boolean fits = sizes.size() == shape.size();
    for (int axis = 0; fits && axis < sizes.size(); axis++) {
      fits = sizes.get(axis) < 0 || sizes.get(axis).equals(shape.get(axis));
    }
    if (!fits) {
      throw HttpProblem.badRequest(
          name
              + ": is of shape "
              + shape
              + ", but the model takes "
              + String.valueOf(sizes).replace("-1", "n"));
    }
  }

  // Before memory is taken: the shape is that of the first lists, which may promise more numbers
  // than there are.
  private static void requireAlike(String name, JsonElement json, List<Long> shape, int axis) {
    boolean inner = axis == shape.size();
    if (json.isJsonArray() == inner
        || (!inner && json.getAsJsonArray().size() != shape.get(axis))) {
      throw HttpProblem.badRequest(name + ": its lists are not all of the same length");
    }
    if (!inner) {
      json.getAsJsonArray().forEach(element -> requireAlike(name, element, shape, axis + 1));
    }
  }

  private static void fill(String name, JsonElement json, DataType type, ByteBuffer numbers) {
    if (json.isJsonArray()) {
      json.getAsJsonArray().forEach(element -> fill(name, element, type, numbers));
    } else {
      put(name, json, type, numbers);
    }
  }

  private static void put(String name, JsonElement json, DataType type, ByteBuffer numbers) {
    if (!(json instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
      throw HttpProblem.badRequest(name + ": holds something that is not a number");
    }
    try {
      BigDecimal value = primitive.getAsBigDecimal();
      switch (type) {
        case DT_FLOAT -> numbers.putFloat(toFloat(value));
        case DT_INT64 -> numbers.putLong(value.longValueExact());
        case DT_INT32 -> numbers.putInt(value.intValueExact());
        case DT_UINT8 -> numbers.put(toByte(value.intValueExact()));
        default -> throw HttpProblem.badRequest(name + ": can't be sent as JSON");
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw HttpProblem.badRequest(
          name + ": '" + primitive.getAsString() + "' is not a number that the model can take");
    }
  }

  private static float toFloat(BigDecimal value) {
    float number = value.floatValue();
    if (!Float.isFinite(number)) {
      throw new ArithmeticException();
    }
    return number;
  }

  private static byte toByte(int value) {
    if (value < 0 || value > 0xff) {
      throw new ArithmeticException();
    }
    return (byte) value;
  }

  /**
   * Writes a tensor.
   *
   * @param name of the output: where it ends in {@code _bytes}, strings are written as base64, else
   *     as text
   */
  static void write(StringBuilder json, String name, HostTensor tensor) {
    new Writer(json, name, tensor).write(0);
  }

  /** Writes a tensor's row. */
  static void writeRow(StringBuilder json, String name, HostTensor tensor, int row) {
    Writer writer = new Writer(json, name, tensor);
    long[] shape = tensor.shape();
    writer.skip(row * Arrays.stream(shape).skip(1).reduce(1, (one, other) -> one * other));
    writer.write(1);
  }

  private static final class Writer {
    private final StringBuilder json;
    private final boolean base64;
    private final HostTensor tensor;
    private final ByteBuffer numbers;
    private int string;

    Writer(StringBuilder json, String name, HostTensor tensor) {
      this.json = json;
      this.base64 = name.endsWith("_bytes");
      this.tensor = tensor;
      this.numbers = tensor.buffer();
    }

    void skip(long values) {
      if (tensor.type() == DataType.DT_STRING) {
        string = Math.toIntExact(values);
      } else {
        numbers.position(Math.toIntExact(values * HostTensor.width(tensor.type())));
      }
    }

    void write(int axis) {
      if (axis == tensor.shape().length) {
        value();
        return;
      }
      json.append('[');
      for (long i = 0; i < tensor.shape()[axis]; i++) {
        json.append(i == 0 ? "" : ",");
        write(axis + 1);
      }
      json.append(']');
    }

    private void value() {
      switch (tensor.type()) {
        case DT_FLOAT -> number(numbers.getFloat());
        case DT_INT64 -> json.append(numbers.getLong());
        case DT_INT32 -> json.append(numbers.getInt());
        case DT_UINT8 -> json.append(numbers.get() & 0xff);
        default -> string(tensor.strings().get(string++));
      }
    }

    // JSON has no other ones.
    private void number(float value) {
      if (Float.isFinite(value)) {
        json.append(value);
      } else {
        json.append('"').append(value).append('"');
      }
    }

    private void string(byte[] bytes) {
      if (base64) {
        String text = Base64.getEncoder().encodeToString(bytes);
        json.append("{\"b64\":\"").append(text).append("\"}");
      } else {
        json.append(Json.GSON.toJson(new String(bytes, StandardCharsets.UTF_8)));
      }
    }
  }
}
