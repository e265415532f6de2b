package org.couplet.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.couplet.contract.Signature;
import org.couplet.report.Json;
import org.couplet.serving.HostTensor;
import org.couplet.serving.ServedVersion;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * TensorFlow Serving's {@code :predict}: any signature, its inputs as columns ({@code inputs}) or
 * as rows ({@code instances}).
 */
record PredictApi(int mostRows) {
  private static final String DEFAULT = "serving_default";
  private static final String ROWS = "instances";
  private static final String COLUMNS = "inputs";

  /** The inputs of a call. */
  private record Inputs(boolean rows, Map<String, HostTensor> tensors) {}

  Answer predict(ServedVersion version, String body) {
    JsonObject request = object(body);
    String name = DEFAULT;
    if (request.has("signature_name")) {
      JsonElement given = request.get("signature_name");
      if (!given.isJsonPrimitive()) {
        throw HttpProblem.badRequest("signature_name is not a string");
      }
      name = given.getAsString().isEmpty() ? DEFAULT : given.getAsString();
    }
    SignatureDef signature = version.signatures().get(name);
    if (signature == null) {
      throw HttpProblem.badRequest(
          "the model has no signature '"
              + name
              + "'; it has "
              + String.join(", ", version.signatures().keySet()));
    }
    Inputs inputs = inputs(request, signature);
    PredictInputs checked = new PredictInputs(inputs.tensors(), version.sampler());
    checked.check(mostRows);
    List<String> outputs = List.copyOf(new TreeSet<>(signature.getOutputsMap().keySet()));
    Map<String, HostTensor> results =
        name.equals(Signature.SAMPLE.name())
            ? version.samples(checked.sampleRequest(), outputs)
            : version.call(name, inputs.tensors(), outputs);
    return Answer.text("application/json", inputs.rows() ? predictions(results) : outputs(results));
  }

  private static JsonObject object(String body) {
    try {
      JsonElement json = Json.GSON.fromJson(body, JsonElement.class);
      if (json != null && json.isJsonObject()) {
        return json.getAsJsonObject();
      }
    } catch (JsonParseException e) {
      throw HttpProblem.badRequest("the body is not JSON: " + reason(e));
    }
    throw HttpProblem.badRequest("the body is not a JSON object");
  }

  // Without Java's own words.
  private static String reason(JsonParseException e) {
    return String.valueOf(e.getMessage())
        .replaceFirst("(?s)\n.*", "")
        .replaceFirst("^[\\w.]+Exception: ", "")
        .replaceFirst("^Use JsonReader.* to accept malformed JSON", "malformed");
  }

  private static Inputs inputs(JsonObject request, SignatureDef signature) {
    if (request.has(ROWS) == request.has(COLUMNS)) {
      throw HttpProblem.badRequest("give either 'instances' (rows) or 'inputs' (columns)");
    }
    boolean rows = request.has(ROWS);
    Map<String, JsonElement> columns =
        rows
            ? columns(request.get(ROWS), signature)
            : named(request.get(COLUMNS), signature, COLUMNS);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String input : new TreeSet<>(signature.getInputsMap().keySet())) {
      JsonElement values = columns.get(input);
      if (values == null) {
        throw HttpProblem.badRequest("the input '" + input + "' is missing");
      }
      tensors.put(input, TensorJson.read(input, values, signature.getInputsOrThrow(input)));
    }
    columns
        .keySet()
        .forEach(
            given -> {
              if (!signature.containsInputs(given)) {
                throw HttpProblem.badRequest("the signature has no input '" + given + "'");
              }
            });
    return new Inputs(rows, tensors);
  }

  // A signature's only input may stand without its name.
  private static Map<String, JsonElement> named(
      JsonElement json, SignatureDef signature, String where) {
    if (json.isJsonObject()) {
      return json.getAsJsonObject().asMap();
    }
    if (signature.getInputsCount() != 1) {
      throw HttpProblem.badRequest(
          where
              + ": name the inputs: "
              + String.join(", ", new TreeSet<>(signature.getInputsMap().keySet())));
    }
    return Map.of(signature.getInputsMap().keySet().iterator().next(), json);
  }

  private static Map<String, JsonElement> columns(JsonElement instances, SignatureDef signature) {
    if (!instances.isJsonArray() || instances.getAsJsonArray().isEmpty()) {
      throw HttpProblem.badRequest("instances: is not a list of at least one row");
    }
    signature
        .getInputsMap()
        .forEach(
            (name, input) -> {
              TensorShapeProto shape = input.getTensorShape();
              if (!shape.getUnknownRank() && shape.getDimCount() == 0) {
                throw HttpProblem.badRequest(
                    "the input '"
                        + name
                        + "' is one number, not rows; ask with 'inputs' instead of 'instances'");
              }
            });
    Map<String, JsonArray> columns = new LinkedHashMap<>();
    int rows = 0;
    for (JsonElement instance : instances.getAsJsonArray()) {
      rows++;
      for (Map.Entry<String, JsonElement> value : named(instance, signature, ROWS).entrySet()) {
        columns.computeIfAbsent(value.getKey(), key -> new JsonArray()).add(value.getValue());
      }
      for (Map.Entry<String, JsonArray> column : columns.entrySet()) {
        if (column.getValue().size() != rows) {
          throw HttpProblem.badRequest(
              "instances: not every row has the input '" + column.getKey() + "'");
        }
      }
    }
    return new LinkedHashMap<>(columns);
  }

  private static String outputs(Map<String, HostTensor> results) {
    StringBuilder json = new StringBuilder("{\"outputs\":");
    write(json, results, (name, tensor) -> TensorJson.write(json, name, tensor));
    return json.append('}').toString();
  }

  private static String predictions(Map<String, HostTensor> results) {
    TreeSet<Integer> rows = new TreeSet<>();
    results.forEach((name, tensor) -> rows.add(tensor.shape().length == 0 ? -1 : tensor.rows()));
    if (rows.size() != 1 || rows.first() < 0) {
      throw HttpProblem.badRequest(
          "the outputs of this signature are not rows; ask with 'inputs' instead of 'instances'");
    }
    StringBuilder json = new StringBuilder("{\"predictions\":[");
    for (int i = 0; i < rows.first(); i++) {
      int row = i;
      json.append(row == 0 ? "" : ",");
      write(json, results, (name, tensor) -> TensorJson.writeRow(json, name, tensor, row));
    }
    return json.append("]}").toString();
  }

  // A signature's only output stands without its name.
  private static void write(
      StringBuilder json, Map<String, HostTensor> results, BiConsumer<String, HostTensor> writer) {
    if (results.size() == 1) {
      results.forEach(writer);
      return;
    }
    String separator = "{";
    for (Map.Entry<String, HostTensor> result : results.entrySet()) {
      json.append(separator).append('"').append(result.getKey()).append("\":");
      writer.accept(result.getKey(), result.getValue());
      separator = ",";
    }
    json.append('}');
  }
}
