package org.couplet.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracedOperationTest {
  @ParameterizedTest
  @CsvSource({
    "Conv2D, train_step_x/Conv2D_3, Conv2D",
    "PartitionedCall, step/norm_silu_squares_1024x32_8_TFloat32_TGPhmrqmgWY_6, norm_silu_squares",
    "PartitionedCall, a/b/winograd_tiles_32x32x128_lbpIKNRXxgE, winograd_tiles",
    "PartitionedCall, update_gqk4btnqdxw_47, update",
    "PartitionedCall, train_step_XcdlPiK4Ulk, train_step"
  })
  void aCallIsOfItsFunctionsType(String type, String node, String expected) {
    assertEquals(expected, TracedOperation.type(type, node));
  }
}
