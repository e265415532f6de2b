package org.couplet.config;

import org.couplet.config.proto.Experiment;

final class ExperimentRules {
  private ExperimentRules() {}

  static void check(Experiment experiment, Origins origins) {}
}
