package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.serving.ServedModel;

/** Takes up new versions of models, and says what changes: a failure that lasts is said once. */
final class VersionWatch {
  private final List<ServedModel> models;
  private final PrintStream err;
  // Of the last time, by model.
  private final Map<String, String> failures = new HashMap<>();

  VersionWatch(List<ServedModel> models, PrintStream err) {
    this.models = models;
    this.err = err;
  }

  /**
   * Loads what is new and unloads what is gone.
   *
   * @param before called before a version is loaded; may refuse it
   * @throws FaultyKernelsException if {@code before} does
   */
  void refresh(ServedModel.BeforeLoading before) {
    for (ServedModel model : models) {
      try {
        model.refresh(before).forEach(err::println);
        failures.remove(model.name());
      } catch (FaultyKernelsException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        String failure = "model " + model.name() + ": " + e.getMessage();
        if (!failure.equals(failures.put(model.name(), failure))) {
          err.println(failure);
        }
      }
    }
  }
}
