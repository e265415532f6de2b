package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.couplet.config.ExperimentFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepCostTest {
  @ParameterizedTest
  @CsvSource({
    "cifar10_ic, 0, 4",
    "cifar10_gc, 0.5, 4.5",
    "cifar10_gc, 0.25, 4.25",
    "cifar10_bridge_gc, 0.5, 4.5",
    "cifar10_ot, 0, 4",
    "cifar10_distillation, 0, 6",
    "cifar10_score, 0, 3",
    "gaussians_1m2m_ic, 0, 4"
  })
  void passesFollowFromTheObjectiveAndItsCoupling(String name, double mu, double forwards)
      throws IOException {
    assertEquals(forwards, cost(name, List.of(), mu).forwards());
  }

  @Test
  void rowsThatAreDrawnTakeAWholePassWhateverMu() throws IOException {
    List<String> drawn = List.of("consistency.coupling.generator_induced.rows=BERNOULLI");
    assertEquals(5, cost("cifar10_gc", drawn, 0.5).forwards());
  }

  @Test
  void aStepTakesItsPassesFlop() throws IOException {
    StepCost cost = cost("cifar10_ic", List.of(), 0);
    assertEquals(16.7e9, cost.forwardFlop(), 0.05e9);
    assertEquals(4 * cost.forwardFlop(), cost.flop());
  }

  private static StepCost cost(String name, List<String> overrides, double mu) throws IOException {
    return StepCost.of(ExperimentFile.load(Path.of("configs", name + ".textproto"), overrides), mu);
  }
}
