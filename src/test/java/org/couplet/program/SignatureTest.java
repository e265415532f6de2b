package org.couplet.program;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.junit.jupiter.api.Test;

class SignatureTest {
  private static final Map<String, String> TAKEN = Map.of(Contract.NOISE, "", Contract.SIGMA, "");

  @Test
  void aSignatureHasTheTensorsItNames() {
    assertDoesNotThrow(() -> Signature.GENERATE.check(TAKEN, Map.of(Contract.X_HAT, "")));
    assertDoesNotThrow(
        () ->
            Signature.GENERATE
                .online()
                .check(TAKEN, Map.of(Contract.X_HAT, "", Contract.IMAGES, "")));
  }

  @Test
  void aMissingOrMisspeltTensorIsFoundWhenTheProgramIsBuilt() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Signature.GENERATE.check(Map.of(Contract.NOISE, ""), Map.of(Contract.X_HAT, "")));
    assertThrows(
        IllegalArgumentException.class, () -> Signature.GENERATE.check(TAKEN, Map.of("xhat", "")));
    assertThrows(
        IllegalArgumentException.class,
        () -> Signature.GENERATE.check(TAKEN, Map.of(Contract.X_HAT, "", Contract.LOSS, "")));
  }
}
