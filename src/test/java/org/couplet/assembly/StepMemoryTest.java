package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.junit.jupiter.api.Test;

class StepMemoryTest {
  private static StepMemory of(String text, String... overrides) {
    return StepMemory.of(ExperimentFile.parse("a", text, List.of(overrides)));
  }

  @Test
  void aPerceptronKeepsTheInputsOfItsLayers() {
    // Layers of 3 x 16, 16 x 16 and 16 x 2 with biases: 370 weights. Their averages, two slots of
    // Adam, and gradients: 5 of each.
    StepMemory memory = of(SmallExperiments.GAUSSIANS);
    assertEquals(5 * 370 * 4, memory.states());
    assertEquals(32 * (3 + 16 + 16) * 4, memory.activations());
  }

  @Test
  void smallerPartsAndHalfPrecisionKeepHalf() {
    long whole = of(SmallExperiments.UNET).activations();
    assertEquals(whole / 2, of(SmallExperiments.UNET, "optimizer.accumulate=2").activations());
    assertEquals(
        whole / 2, of(SmallExperiments.UNET, "runtime.precision=BFLOAT16").activations());
    long remat = of(SmallExperiments.UNET, "runtime.remat=true").activations();
    assertTrue(remat < whole / 3, remat + " of " + whole);
  }

  // Its first block alone keeps two inputs of 16 channels and 64 pixels.
  @Test
  void aUNetKeepsTheInputsOfItsConvolutions() {
    assertTrue(of(SmallExperiments.UNET).activations() > 4L * 2 * 16 * 64 * 4);
  }
}
