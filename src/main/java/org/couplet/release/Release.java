package org.couplet.release;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.io.AtomicFile;
import org.couplet.report.Json;
import org.couplet.run.RunFolder;

/** The files beside a SavedModel. */
public final class Release {
  /** What the model is, as JSON. */
  public static final String FACTS_FILE = "model.json";

  /** The same as text. */
  public static final String CARD_FILE = "MODEL_CARD.md";

  /** In the SavedModel's extra folder: the run's metrics, at most {@value #MOST_LINES} lines. */
  public static final String METRICS_FILE = "metrics.jsonl";

  private static final int MOST_LINES = 1000;

  private Release() {}

  /** Whether an export has a file or folder of this name beside its SavedModel. */
  public static boolean isPart(String name) {
    return name.equals(FACTS_FILE) || name.equals(CARD_FILE);
  }

  /**
   * Writes them.
   *
   * @param savedModel folder of the SavedModel
   * @param run that it is of
   * @param step of the checkpoint
   * @param err for a warning of damaged metrics
   */
  public static void write(
      Path savedModel,
      RunFolder run,
      Experiment experiment,
      long step,
      ReleaseOptions options,
      PrintStream err)
      throws IOException {
    ModelFacts facts = ModelFacts.of(savedModel, run, experiment, step, options, err);
    AtomicFile.write(savedModel.resolve(FACTS_FILE), Json.GSON.toJson(facts.asMap()) + "\n");
    AtomicFile.write(savedModel.resolve(CARD_FILE), new ModelCard(facts).text());
    AtomicFile.write(
        savedModel.resolve(Contract.EXTRA_FOLDER).resolve(METRICS_FILE), thinned(facts.metrics()));
    WarmUp.write(savedModel, facts);
  }

  // The last line is kept.
  private static String thinned(List<Map<String, Double>> metrics) {
    int every = Math.max(1, (metrics.size() + MOST_LINES - 1) / MOST_LINES);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < metrics.size(); i++) {
      if ((metrics.size() - 1 - i) % every == 0) {
        lines.append(Json.GSON.toJson(metrics.get(i))).append('\n');
      }
    }
    return lines.toString();
  }
}
