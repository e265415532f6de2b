package org.couplet.release;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.CouplingConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.io.Version;

/** A model's facts as a page that people read. */
record ModelCard(ModelFacts facts) {
  private static final int MOST_NAMED = 20;

  String text() {
    return """
        # %s

        %s

        | | |
        | --- | --- |
        %s

        ## Calling it

        %s
        ## Signatures

        | signature | inputs | outputs |
        | --- | --- | --- |
        %s

        ## Experiment

        ```
        %s```
        """
        .formatted(
            title(),
            summary(),
            rows(),
            calls(),
            signatures(),
            ExperimentFile.print(facts.experiment()));
  }

  private String title() {
    return facts.version().isPresent()
        ? facts.name() + ", version " + facts.version().get()
        : facts.name();
  }

  private String summary() {
    String kind =
        facts.experiment().hasScore()
            ? "A score model: a denoiser whose probability flow leads from noise to %s."
            : "A consistency model: it makes %s from noise in one network call, or in a few.";
    return kind.formatted(things()) + " A TensorFlow SavedModel, written by Couplet.";
  }

  private String things() {
    if (!facts.isImages()) {
      return "points in the plane";
    }
    return "images of %d x %d pixels with %d %s"
        .formatted(
            facts.element().get(0),
            facts.element().get(1),
            facts.element().get(2),
            facts.element().get(2) == 1 ? "channel" : "channels");
  }

  private String rows() {
    Experiment experiment = facts.experiment();
    StringBuilder rows = new StringBuilder();
    row(rows, "licence", facts.license().orElse("not stated"));
    row(
        rows,
        "trained",
        "%d steps of %d".formatted(facts.step(), experiment.getRun().getBatchSize()));
    row(rows, "on", data());
    if (facts.takesLabels()) {
      row(rows, "classes", classes());
    }
    row(rows, "coupling", coupling());
    row(rows, "noise levels", facts.sigmaMin() + " to " + facts.sigmaMax());
    row(
        rows,
        "computed in",
        facts.runtime().getPrecision().name().toLowerCase(Locale.ROOT)
            + ", XLA "
            + facts.runtime().getXla().name().toLowerCase(Locale.ROOT));
    Map<String, Double> metrics = facts.lastMetrics();
    for (String metric : new String[] {"loss", "fid"}) {
      if (metrics.containsKey(metric)) {
        row(rows, metric, "%.4g".formatted(metrics.get(metric)));
      }
    }
    row(rows, "written by", Version.describe());
    return rows.toString().strip();
  }

  private static void row(StringBuilder rows, String name, String value) {
    rows.append("| ").append(name).append(" | ").append(value.replace("|", "\\|")).append(" |\n");
  }

  private String data() {
    String count =
        facts.dataCount().isPresent() ? Long.toString(facts.dataCount().getAsLong()) : "unknown";
    return switch (facts.experiment().getDataset().getSourceCase()) {
      case PROCEDURAL -> count + " pictures that Couplet draws";
      case GAUSSIANS -> count + " points of a mixture of two Gaussians";
      default -> "images of a file, " + count + " in number; model.json has its SHA-256";
    };
  }

  private String classes() {
    List<String> classes = facts.classes();
    int count = facts.experiment().getNetwork().getLabelDim();
    List<String> named = new ArrayList<>();
    for (int i = 0; i < Math.min(classes.size(), MOST_NAMED); i++) {
      named.add(i + " " + classes.get(i));
    }
    String names = String.join(", ", named);
    return count
        + (named.isEmpty()
            ? ""
            : ": " + names + (count > named.size() ? ", ... (model.json has all)" : ""));
  }

  private String coupling() {
    if (facts.experiment().hasScore()) {
      return "none";
    }
    CouplingConfig coupling = facts.experiment().getConsistency().getCoupling();
    return switch (coupling.getCouplingCase()) {
      case INDEPENDENT -> "independent (IC)";
      case GENERATOR_INDUCED ->
          "generator-induced (GC), mu " + coupling.getGeneratorInduced().getMu();
      case BATCH_OT -> "batch-OT";
      case PF_ODE -> "the probability flow of a score model";
      case COUPLING_NOT_SET -> "none";
    };
  }

  private String calls() {
    return """
        With TensorFlow Serving, three samples of seed 1:

            curl -d '{"signature_name": "%s", "inputs": {"%s": 1, "%s": 3, "%s": [%s]%s}}' \\
                http://localhost:8501/v1/models/%s:predict

        With Couplet: `couplet sample --model DIR --count 3 --seed 1 --output samples.png`, or
        `couplet serve --model DIR`. Other ways are in Couplet's docs/serving.md.
        """
        .formatted(
            Signature.SAMPLE.name(),
            Contract.SEED,
            Contract.COUNT,
            Contract.SIGMAS,
            facts.sigmaMax(),
            facts.takesLabels() ? ", \"" + Contract.LABELS + "\": [0, 0, 0]" : "",
            facts.name());
  }

  private String signatures() {
    return facts.signatures().entrySet().stream()
        .map(
            entry ->
                "| `%s` | %s | %s |"
                    .formatted(
                        entry.getKey(),
                        list(ModelFacts.tensors(entry.getValue().getInputsMap())),
                        list(ModelFacts.tensors(entry.getValue().getOutputsMap()))))
        .collect(Collectors.joining("\n"));
  }

  private static String list(Map<String, String> tensors) {
    return tensors.isEmpty()
        ? "-"
        : tensors.entrySet().stream()
            .map(entry -> "`" + entry.getKey() + "` " + entry.getValue())
            .collect(Collectors.joining("; "));
  }
}
