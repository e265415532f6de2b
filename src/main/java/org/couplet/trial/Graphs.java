package org.couplet.trial;

import java.io.IOException;
import java.nio.file.Path;
import org.couplet.config.proto.Experiment;

/** What a study needs of the half that builds graphs. */
public interface Graphs {
  /** Writes an experiment's training program into a folder that does not exist yet. */
  void training(Experiment experiment, Path folder) throws IOException;

  /** Tells this version of the feature network from others, for the names of measurements. */
  String featuresName();

  /** Writes the fixed random feature network into a folder that does not exist yet. */
  void features(Path folder) throws IOException;
}
