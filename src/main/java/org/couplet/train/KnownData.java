package org.couplet.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.config.proto.Experiment;
import org.couplet.data.DataIdentity;
import org.couplet.data.Dataset;
import org.couplet.io.InvalidInputException;
import org.couplet.report.Json;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;

/** Holds a run to the data file that it has trained on. */
public final class KnownData {
  private KnownData() {}

  /**
   * Compares the data file with that of the run's earlier sessions, wherever the two lie.
   *
   * @param accepts whether another one may be used
   * @param notes gets a line if it is another one, or the earlier one is not known
   * @return the file's identity; empty for data that are drawn, not read
   * @throws InvalidInputException if it is another one and must not be
   */
  public static Optional<DataIdentity> check(
      RunFolder run, Experiment experiment, Dataset dataset, boolean accepts, PrintStream notes)
      throws IOException {
    if (!experiment.getDataset().hasImageFile()) {
      return Optional.empty();
    }
    String file = experiment.getDataset().getImageFile().getPath();
    DataIdentity now =
        DataIdentity.of(Path.of(file), dataset, experiment.getNetwork().getLabelDim() > 0);
    RunHistory history = new RunHistory(run.history());
    Optional<DataIdentity> before = history.last(RunHistory.DATA).flatMap(KnownData::read);
    if (before.isEmpty() && history.lastSaved() > 0) {
      notes.println(
          "note: the history of "
              + run.root()
              + " does not say which data file it trained on; taking "
              + file);
    }
    Optional<String> difference = before.flatMap(known -> known.difference(now));
    if (difference.isPresent()) {
      if (!accepts) {
        throw new InvalidInputException(
            "--resume: "
                + file
                + " is not the file that "
                + run.root()
                + " has trained on: "
                + difference.get()
                + "; name the right one with --data, or go on with this one: --accept-new-data");
      }
      notes.println("note: other data from here on: " + file + ": " + difference.get());
    }
    return Optional.of(now);
  }

  private static Optional<DataIdentity> read(JsonElement json) {
    try {
      // Gson leaves null what a damaged line lacks.
      return Optional.ofNullable(Json.GSON.fromJson(json, DataIdentity.class))
          .filter(data -> data.shape() != null && data.blocks() != null);
    } catch (JsonParseException e) {
      return Optional.empty();
    }
  }
}
