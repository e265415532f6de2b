package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which settings a program holds, and which its driver may still choose. */
class BuiltInTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "consistency.coupling={batch_ot {}}|consistency.coupling={batch_ot {sinkhorn {}}}",
        "consistency.coupling={pf_ode {run: 'a'}}|consistency.coupling={pf_ode {run: 'b'}}",
        "consistency.levels={tuning {}}|consistency.levels={tuning {q: 3 stages: 4}}",
        "run.start_from=a|run.start_from=b",
        "run.continue_from=a|run.continue_from=b",
        "run.skip_nonfinite=2|run.skip_nonfinite=9",
        "optimizer.learning_rate=1|optimizer.learning_rate=2",
        "run.steps=10|run.steps=20",
        "evaluation.gradient_variance_every=5|evaluation.gradient_variance_every=7",
      })
  void theDriverMayChoose(String one, String other) {
    assertEquals(builtIn(one), builtIn(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "consistency.coupling={batch_ot {}}|consistency.coupling={independent {}}",
        "consistency.coupling={pf_ode {run: 'a'}}|"
            + "consistency.coupling={pf_ode {run: 'a' solver: EULER}}",
        "consistency.levels={tuning {}}|consistency.levels={tuning {k: 4}}",
        "consistency.noise={normal {}}|consistency.noise={two_gaussians {}}",
        "consistency.process={variance_exploding {}}|consistency.process={bridge {}}",
        "consistency.process={bridge {}}|"
            + "consistency={sigma_max: 1 process {bridge {alpha: SIGMA}}}",
        "evaluation.gradient_variance_every=5|evaluation.gradient_variance_every=0",
        "optimizer.accumulate=1|optimizer.accumulate=4",
        "run.skip_nonfinite=0|run.skip_nonfinite=1",
        "run.batch_size=16|run.batch_size=32",
        "runtime.precision=FLOAT32|runtime.precision=BFLOAT16",
        "score.mean=-1|score.mean=-2",
        "score={}|consistency={}",
      })
  void theProgramHolds(String one, String other) {
    assertNotEquals(builtIn(one), builtIn(other));
  }

  private static Experiment builtIn(String override) {
    String text = SmallExperiments.GAUSSIANS.replaceFirst("(?s)consistency \\{.*?\n\\}", "");
    return TrainingAssembly.builtIn(ExperimentFile.parse("a", text, List.of(override)));
  }
}
