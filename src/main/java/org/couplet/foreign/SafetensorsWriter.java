package org.couplet.foreign;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.couplet.io.AtomicFile;
import org.couplet.report.Json;

/** Writes float32 tensors as a file of safetensors, each when its turn comes. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /** Gives a tensor's values. */
  @FunctionalInterface
  public interface Values {
    /** Those of a name, row-major. */
    float[] of(String name) throws IOException;
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param shapes of the tensors by name, in the order in which they are written
   * @param metadata for readers
   */
  public static void write(
      Path file, Map<String, long[]> shapes, Map<String, String> metadata, Values values)
      throws IOException {
    byte[] header = header(shapes, metadata);
    AtomicFile.write(
        file,
        out -> {
          out.write(buffer(Long.BYTES).putLong(header.length).array());
          out.write(header);
          for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            write(out, values.of(tensor.getKey()), size(tensor.getValue()));
          }
        });
  }

  private static byte[] header(Map<String, long[]> shapes, Map<String, String> metadata) {
    JsonObject header = new JsonObject();
    header.add(SafetensorsFile.METADATA, Json.GSON.toJsonTree(metadata));
    long end = 0;
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      JsonArray place = new JsonArray();
      place.add(end);
      end += size(tensor.getValue()) * Float.BYTES;
      place.add(end);
      JsonObject described = new JsonObject();
      described.addProperty(SafetensorsFile.TYPE, "F32");
      described.add(SafetensorsFile.SHAPE, Json.GSON.toJsonTree(tensor.getValue()));
      described.add(SafetensorsFile.PLACE, place);
      header.add(tensor.getKey(), described);
    }
    byte[] text = Json.GSON.toJson(header).getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] bytes = Arrays.copyOf(text, padded);
    Arrays.fill(bytes, text.length, padded, (byte) ' ');
    return bytes;
  }

  private static long size(long[] shape) {
    return Arrays.stream(shape).reduce(1, (one, other) -> one * other);
  }

  private static void write(OutputStream out, float[] values, long size) throws IOException {
    if (values.length != size) {
      throw new IllegalArgumentException(values.length + " values, not " + size);
    }
    byte[] bytes = new byte[values.length * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    out.write(bytes);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
