package org.couplet.foreign;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.report.Json;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a network in a file of another program: tensors by name, and what is recorded of
 * the network.
 *
 * <pre>{@code
 * try (ForeignWeights weights = ForeignWeights.open(file, Optional.empty())) {
 *   float[] values = weights.tensors().get("model.map_layer0.bias").values();
 * }
 * }</pre>
 */
public final class ForeignWeights implements AutoCloseable {
  /** Key of the metadata of safetensors: the class that the network was an object of. */
  public static final String CLASS_NAME = "class_name";

  /**
   * Key of the metadata of safetensors: where the function of a consistency model is the identity.
   */
  public static final String BOUNDARY = "boundary";

  /** Value of {@link #BOUNDARY}: at the lowest level, as Couplet's functions. */
  public static final String AT_SIGMA_MIN = "sigma_min";

  /** Key of the metadata of safetensors: what that object was made with, as JSON. */
  public static final String ARGUMENTS = "init_kwargs";

  // What the preconditioner of Easy Consistency Tuning has in its source, for evaluation.
  private static final String SHIFTED = "sigma - self.sigma_min";

  private final FileChannel file;
  private final String format;
  private final WeightSets.Named found;

  private ForeignWeights(FileChannel file, String format, WeightSets.Named found) {
    this.file = file;
    this.format = format;
    this.found = found;
  }

  /**
   * Opens a pickle of a network, a file of PyTorch (a zip, or the older stream) or one of
   * safetensors.
   *
   * @param entry where the weights are in a file that holds several things
   * @throws InvalidInputException if it is none of them, is damaged, or it is not clear which entry
   *     is wanted
   */
  public static ForeignWeights open(Path path, Optional<String> entry) throws IOException {
    FileChannel file = FileFailure.reading(path, () -> FileChannel.open(path));
    try {
      return read(FilePart.whole(path, file), entry);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static ForeignWeights read(FilePart file, Optional<String> entry) throws IOException {
    byte[] begin = new byte[(int) Math.min(TorchStream.MAGIC.length, file.length())];
    file.read(0, ByteBuffer.wrap(begin));
    PickleReader.Budget budget = new PickleReader.Budget();
    // First, as the length that it begins with may be what others begin with.
    if (SafetensorsFile.is(file)) {
      SafetensorsFile all = SafetensorsFile.read(file);
      FoundWeights weights = new FoundWeights(all.tensors(), recorded(file, all));
      WeightSets sets = WeightSets.of(weights, file, budget);
      return new ForeignWeights(file.file(), "safetensors", sets.choose(entry));
    }
    if (begin.length > 1 && begin[0] == 'P' && begin[1] == 'K') {
      return of(file, "PyTorch (zip)", TorchZip.read(file, budget), entry, budget);
    }
    if (Arrays.equals(begin, TorchStream.MAGIC)) {
      return of(
          file, "PyTorch (stream)", new TorchStream(file, budget, false).read(), entry, budget);
    }
    if (begin.length > 0 && begin[0] == (byte) 0x80) {
      TorchClasses classes = new TorchClasses(file, budget, false);
      Object object = new PickleReader(new Cursor(file), classes, budget).read();
      return of(file, "pickle", object, entry, budget);
    }
    if (begin.length > 1 && PickleReader.isOld(file)) {
      throw PickleReader.tooOld(file, "0 or 1");
    }
    throw file.refusal("it is neither a pickle nor a file of PyTorch or safetensors");
  }

  private static Map<String, Object> recorded(FilePart file, SafetensorsFile all) {
    Map<String, Object> recorded = new LinkedHashMap<>(all.metadata());
    String arguments = all.metadata().get(ARGUMENTS);
    if (arguments != null) {
      try {
        Map<?, ?> values = Json.GSON.fromJson(arguments, Map.class);
        values.forEach((name, value) -> recorded.put(String.valueOf(name), whole(value)));
      } catch (JsonParseException | NullPointerException e) {
        throw file.refusal("its metadata " + ARGUMENTS + " are no object of JSON");
      }
    }
    return recorded;
  }

  // JSON has one kind of number.
  private static Object whole(@Nullable Object value) {
    if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return number.longValue();
    }
    return value instanceof List<?> list
        ? list.stream().map(ForeignWeights::whole).toList()
        : String.valueOf(value).equals("null") || value == null ? "" : value;
  }

  private static ForeignWeights of(
      FilePart file,
      String format,
      @Nullable Object object,
      Optional<String> entry,
      PickleReader.Budget budget) {
    WeightSets sets = WeightSets.in(object, file, budget);
    return new ForeignWeights(file.file(), format, sets.choose(entry));
  }

  /** What kind of file it is, and which entry of it was taken. */
  public String describe() {
    return format + found.entry().map(name -> ", entry " + name).orElse("");
  }

  /** All tensors of the network by name, buffers among them, in the file's order. */
  public Map<String, ForeignTensor> tensors() {
    return found.weights().tensors();
  }

  /**
   * What is recorded of the network: the arguments of its classes, and of safetensors the metadata.
   * Values are texts, {@link Long}, {@link Double}, {@link Boolean} or lists of them.
   */
  public Map<String, Object> recorded() {
    return found.weights().recorded();
  }

  /**
   * Whether the file shows a function with its boundary at sigma_min: by its metadata, or by the
   * source text of its preconditioner, which is only looked into.
   */
  public boolean hasBoundary() {
    return AT_SIGMA_MIN.equals(recorded().get(BOUNDARY))
        || String.valueOf(recorded().get(FoundWeights.SOURCE)).contains(SHIFTED);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
