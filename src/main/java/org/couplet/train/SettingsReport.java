package org.couplet.train;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.couplet.config.ChangedField;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.program.ScheduledValues;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;

/**
 * What is different in this session of a run: for the user, and for the run's history.
 *
 * @param before the settings of the session before
 * @param recorded whether the history has them
 * @param now those of this session
 */
record SettingsReport(Experiment before, boolean recorded, Experiment now) {
  /**
   * Compares with the run's history, or with its config where that says nothing.
   *
   * @param folder whose config is still that of the session before
   */
  static SettingsReport of(RunFolder folder, Experiment now) throws IOException {
    try {
      Optional<JsonElement> text = new RunHistory(folder.history()).last(RunHistory.CONFIG);
      if (text.isPresent()) {
        String config = text.get().getAsString();
        return new SettingsReport(
            ExperimentFile.parse(folder.history().toString(), config, List.of()), true, now);
      }
    } catch (InvalidInputException | IllegalStateException | UnsupportedOperationException e) {
      // Damaged, or of a version with other rules: as if it said nothing.
    }
    return new SettingsReport(ExperimentFile.load(folder.config(), List.of()), false, now);
  }

  private List<ChangedField> changed() {
    return ChangedField.between(before, now);
  }

  /** The line's facts: which fields changed, and the settings where they did or were unknown. */
  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    if (!changed().isEmpty()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      for (ChangedField field : changed()) {
        List<Object> values = new ArrayList<>();
        values.add(field.from());
        values.add(field.to());
        fields.put(field.path(), values);
      }
      facts.put(RunHistory.CHANGED, fields);
    }
    if (!recorded || !changed().isEmpty()) {
      facts.put(RunHistory.CONFIG, ExperimentFile.print(now));
    }
    return facts;
  }

  /**
   * Prints what changes, and what becomes of the schedules that span the run.
   *
   * @param length of the program's levels
   * @param completed steps in all
   * @param stopAt the step at which this session ends
   */
  void print(int length, long completed, long stopAt, PrintStream terminal) {
    for (ChangedField field : changed()) {
      terminal.println("from step " + completed + " on: " + field.describe());
    }
    long steps = now.getRun().getSteps();
    long planned = before.getRun().getSteps();
    Schedules schedules = Schedules.of(now, length);
    if (planned != steps) {
      terminal.println(
          "note: the schedules now span %d steps, not %d, so from here on %s (%s before)"
              .formatted(
                  steps,
                  planned,
                  describe(schedules.at(completed)),
                  describe(Schedules.of(before, length).at(completed))));
    }
    if (stopAt > steps) {
      terminal.println(
          "note: after step %d (run.steps) the schedules stay as they are there: %s. To stretch them instead: --set run.steps=%d"
              .formatted(steps, describe(schedules.at(steps)), stopAt));
    }
  }

  private static String describe(ScheduledValues values) {
    return String.format(
        Locale.ROOT, "N is %d, mu %.4g, gap %.4g", values.numLevels(), values.mu(), values.gap());
  }
}
