package org.couplet.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.couplet.contract.Contract;
import org.couplet.io.FileFailure;
import org.couplet.program.SamplingProgram;
import org.couplet.release.Release;
import org.couplet.sampling.SampleLevels;
import org.couplet.serving.ServedModel;
import org.couplet.serving.ServedVersion;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** What the models are: TensorFlow Serving's status and metadata, and what the page shows. */
final class ModelApi {
  private ModelApi() {}

  /** The versions that are loaded, or the one that was named. */
  static Answer status(ServedModel model, Optional<Long> number, Optional<String> label) {
    List<Long> versions =
        number.isPresent() || label.isPresent()
            ? List.of(model.with(number, label, ServedVersion::number))
            : model.versions();
    List<Map<String, Object>> states = new ArrayList<>();
    for (long version : versions) {
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("version", Long.toString(version));
      state.put("state", "AVAILABLE");
      state.put("status", Map.of("error_code", "OK", "error_message", ""));
      states.add(state);
    }
    return Answer.json(Map.of("model_version_status", states));
  }

  /** The signatures of a version. */
  static Answer metadata(String name, ServedVersion version) {
    Map<String, Object> signatures = new TreeMap<>();
    version.signatures().forEach((key, signature) -> signatures.put(key, definition(signature)));
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put(
        "model_spec",
        Map.of("name", name, "signature_name", "", "version", Long.toString(version.number())));
    metadata.put("metadata", Map.of("signature_def", Map.of("signature_def", signatures)));
    return Answer.json(metadata);
  }

  private static Map<String, Object> definition(SignatureDef signature) {
    Map<String, Object> definition = new LinkedHashMap<>();
    definition.put("inputs", tensors(signature.getInputsMap()));
    definition.put("outputs", tensors(signature.getOutputsMap()));
    definition.put("method_name", signature.getMethodName());
    return definition;
  }

  private static Map<String, Object> tensors(Map<String, TensorInfo> infos) {
    Map<String, Object> tensors = new TreeMap<>();
    infos.forEach((name, info) -> tensors.put(name, tensor(info)));
    return tensors;
  }

  private static Map<String, Object> tensor(TensorInfo info) {
    List<Map<String, String>> sizes =
        info.getTensorShape().getDimList().stream()
            .map(size -> Map.of("size", Long.toString(size.getSize()), "name", size.getName()))
            .toList();
    Map<String, Object> tensor = new LinkedHashMap<>();
    tensor.put("dtype", info.getDtype().name());
    tensor.put(
        "tensor_shape",
        Map.of("dim", sizes, "unknown_rank", info.getTensorShape().getUnknownRank()));
    tensor.put("name", info.getName());
    return tensor;
  }

  /** All models and the limit of a call, for the page. */
  static Answer list(List<ServedModel> models, int mostRows) {
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("max_rows", mostRows);
    list.put("models", models.stream().map(ModelApi::summary).toList());
    return Answer.json(list);
  }

  private static Map<String, Object> summary(ServedModel model) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("name", model.name());
    summary.put("versions", model.versions());
    summary.put("labels", model.labels());
    if (!model.versions().isEmpty()) {
      model.with(Optional.empty(), Optional.empty(), version -> addTo(summary, version));
    }
    return summary;
  }

  private static Map<String, Object> addTo(Map<String, Object> summary, ServedVersion version) {
    SamplingProgram sampler = version.sampler();
    summary.put("images", sampler.makesImages());
    summary.put("element", Arrays.stream(sampler.elementShape().asArray()).boxed().toList());
    summary.put("score", sampler.followsFlow());
    summary.put("classes", sampler.classes());
    summary.put("guidance", sampler.canBeGuided());
    summary.put("sigma_min", (float) sampler.sigmaMin());
    summary.put("sigma_max", (float) sampler.sigmaMax());
    summary.put("sigmas", SampleLevels.text(SampleLevels.of(sampler)));
    return summary;
  }

  /** The page about a version that was written with it. */
  static Answer card(ServedVersion version) {
    return file(version.folder().resolve(Release.CARD_FILE), "text/markdown;charset=utf-8");
  }

  /** The metrics of the run that made it, a JSON object a line. */
  static Answer training(ServedVersion version) {
    return file(
        version.folder().resolve(Contract.EXTRA_FOLDER).resolve(Release.METRICS_FILE),
        "application/jsonl");
  }

  private static Answer file(Path file, String type) {
    if (!Files.isRegularFile(file)) {
      throw HttpProblem.notFound("the model came without " + file.getFileName());
    }
    try {
      return Answer.of(type, FileFailure.reading(file, () -> Files.readAllBytes(file)));
    } catch (IOException e) {
      throw HttpProblem.notFound(file.getFileName() + " can't be read");
    }
  }
}
