package org.couplet.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

class InputRowsTest {
  private static HostTensor floats(long... shape) {
    int values = 1;
    for (long size : shape) {
      values *= (int) size;
    }
    return HostTensor.of(DataType.DT_FLOAT, shape, new byte[values * Float.BYTES]);
  }

  private static HostTensor number(long value) {
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return HostTensor.of(DataType.DT_INT64, new long[0], bytes);
  }

  private static void assertRows(Map<String, Long> rows, int most, Map<String, HostTensor> inputs) {
    assertEquals(rows, InputRows.of(inputs));
    assertEquals(most, InputRows.most(inputs));
  }

  @Test
  void rowsLieAlongTheFirstAxis() {
    assertRows(
        Map.of("noise", 3L, "sigma", 3L),
        3,
        Map.of("noise", floats(3, 2, 2, 1), "sigma", floats(3)));
    assertRows(Map.of("noise", 0L), 1, Map.of("noise", floats(0, 2)));
  }

  @Test
  void aLevelForAllRowsHasNone() {
    assertRows(Map.of("noise", 3L), 3, Map.of("noise", floats(3, 2), "sigma", floats(1)));
    assertRows(Map.of("noise", 3L), 3, Map.of("noise", floats(3, 2), "sigma", floats()));
  }

  @Test
  void aCountAsksForRowsWhateverTheLevels() {
    assertRows(
        Map.of("count", 7L),
        7,
        Map.of("count", number(7), "seed", number(99), "sigmas", floats(12)));
    assertRows(Map.of(), 1, Map.of());
  }
}
