package org.couplet.release;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.couplet.config.ElementShape;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.contract.Contract;
import org.couplet.io.Version;
import org.couplet.loading.SavedModelGraph;
import org.couplet.report.MetricsLog;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * What an exported model is, for people and programs.
 *
 * @param name under which a server offers it
 * @param version of the model, for servers that keep several
 * @param experiment of the run
 * @param step of the checkpoint
 * @param data identity of the data file, as the run's history has it
 * @param metrics of the run up to the step, a line each
 * @param runtime how the network is computed
 * @param license of the weights, as the user names it
 * @param signatures of the SavedModel, by name
 */
record ModelFacts(
    String name,
    Optional<Integer> version,
    Experiment experiment,
    long step,
    Optional<JsonElement> data,
    List<Map<String, Double>> metrics,
    RuntimeConfig runtime,
    Optional<String> license,
    Map<String, SignatureDef> signatures) {
  /**
   * Collects them.
   *
   * @param err for a warning of damaged metrics
   */
  static ModelFacts of(
      Path savedModel,
      RunFolder run,
      Experiment experiment,
      long step,
      ReleaseOptions options,
      PrintStream err)
      throws IOException {
    return new ModelFacts(
        options.name(),
        options.version(),
        experiment,
        step,
        new RunHistory(run.history()).last(RunHistory.DATA),
        MetricsLog.read(run.metrics(), err).stream()
            .filter(line -> line.getOrDefault(Contract.STEP, 0.) <= step)
            .toList(),
        options.runtime(),
        options.license(),
        new TreeMap<>(SavedModelGraph.read(savedModel, Contract.SERVE_TAG).getSignatureDefMap()));
  }

  /** [height, width, channels] of an image, [2] of a point. */
  List<Long> element() {
    return Arrays.stream(ElementShape.of(experiment.getDataset()).asArray()).boxed().toList();
  }

  boolean isImages() {
    return !experiment.getDataset().hasGaussians();
  }

  /** Names of the classes that the network is told; none of a model without. */
  List<String> classes() {
    return experiment.getDataset().getClassNamesList();
  }

  /** Whether calls take a label a row. */
  boolean takesLabels() {
    return experiment.getNetwork().getLabelDim() > 0;
  }

  double sigmaMin() {
    return experiment.hasScore()
        ? experiment.getScore().getSigmaMin()
        : experiment.getConsistency().getSigmaMin();
  }

  double sigmaMax() {
    return experiment.hasScore()
        ? experiment.getScore().getSigmaMax()
        : experiment.getConsistency().getSigmaMax();
  }

  /** How many images or points there were to train on, where that is known. */
  OptionalLong dataCount() {
    return switch (experiment.getDataset().getSourceCase()) {
      case PROCEDURAL -> OptionalLong.of(experiment.getDataset().getProcedural().getCount());
      case GAUSSIANS -> OptionalLong.of(experiment.getDataset().getGaussians().getCount());
      default ->
          data.filter(JsonElement::isJsonObject)
              .map(known -> known.getAsJsonObject().get("count"))
              .filter(ModelFacts::isNumber)
              .map(count -> OptionalLong.of(Math.round(count.getAsDouble())))
              .orElseGet(OptionalLong::empty);
    };
  }

  // The history's line may be damaged.
  private static boolean isNumber(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
  }

  /** The last value of each metric. */
  Map<String, Double> lastMetrics() {
    Map<String, Double> last = new LinkedHashMap<>();
    metrics.forEach(last::putAll);
    last.remove(Contract.STEP);
    return last;
  }

  /** All of it, for JSON. */
  Map<String, Object> asMap() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", name);
    version.ifPresent(number -> facts.put("version", number));
    facts.put("couplet", Version.describe());
    facts.put("license", license.orElse(""));
    facts.put("objective", experiment.hasScore() ? "score" : "consistency");
    facts.put("element", element());
    facts.put("images", isImages());
    facts.put("sigma_min", sigmaMin());
    facts.put("sigma_max", sigmaMax());
    facts.put("precision", runtime.getPrecision().name());
    facts.put("xla", runtime.getXla().name());
    facts.put(Contract.STEP, step);
    facts.put("batch_size", experiment.getRun().getBatchSize());
    dataCount().ifPresent(count -> facts.put("data_count", count));
    data.ifPresent(identity -> facts.put("data", identity));
    if (takesLabels()) {
      facts.put("classes", classes());
    }
    facts.put("metrics", lastMetrics());
    facts.put("signatures", signatureFacts());
    facts.put("experiment", ExperimentFile.print(experiment));
    return facts;
  }

  private Map<String, Object> signatureFacts() {
    Map<String, Object> all = new LinkedHashMap<>();
    signatures.forEach(
        (signature, definition) ->
            all.put(
                signature,
                new TreeMap<>(
                    Map.of(
                        "inputs", tensors(definition.getInputsMap()),
                        "outputs", tensors(definition.getOutputsMap())))));
    return all;
  }

  /** Type and shape of tensors, by name: {@code float [-1, 16, 16, 3]}. */
  static Map<String, String> tensors(Map<String, TensorInfo> infos) {
    Map<String, String> described = new TreeMap<>();
    infos.forEach((tensor, info) -> described.put(tensor, describe(info)));
    return described;
  }

  private static String describe(TensorInfo info) {
    String type = info.getDtype().name().replaceFirst("DT_", "").toLowerCase(Locale.ROOT);
    TensorShapeProto shape = info.getTensorShape();
    if (shape.getUnknownRank()) {
      return type + " of any shape";
    }
    List<String> sizes = new ArrayList<>();
    shape.getDimList().forEach(size -> sizes.add(Long.toString(size.getSize())));
    return Stream.of(type, sizes.isEmpty() ? "scalar" : sizes.toString())
        .reduce((one, other) -> one + " " + other)
        .orElseThrow();
  }
}
