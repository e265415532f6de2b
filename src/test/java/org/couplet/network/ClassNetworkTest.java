package org.couplet.network;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.couplet.graph.Evaluation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A SongUNet that is told classes, against PyTorch. */
@Tag("long")
class ClassNetworkTest {
  // The second of the reference's rows has no class.
  private static final ReferenceCheck CHECK =
      new ReferenceCheck(
          Networks.named("songunet_classes"),
          Reference.read("songunet_classes"),
          4,
          Labels.UNKNOWN,
          0,
          2);

  @Test
  void weightsAreTheReferencesInItsOrder() {
    CHECK.assertNamesAndOrder();
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.Compiled.class,
      names = {"OFF", "POINTWISE", "STEP"})
  void outputAndGradientsMatchReference(Execution.Compiled compiled) {
    CHECK.assertOutputAndGradients(new Execution(compiled, false));
  }

  @Test
  void labelsAreNeeded() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Evaluation.of(
                false,
                CHECK.inputs(),
                (tf, in) -> List.of(CHECK.output(tf, in, Labels.none(), Execution.PLAIN))));
  }
}
