package org.couplet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NpzTest {
  private final Map<String, Npz.Array> arrays = Npz.read("reference/optimizers.npz");

  @Test
  void shapesAndValuesAreNumPys() {
    Npz.Array grads = Npz.get(arrays, "grads");
    assertEquals("<f4", grads.dtype());
    assertArrayEquals(new int[] {6, 5, 7}, grads.shape());
    assertEquals(210, grads.doubles().length);
    assertEquals(0.6701044f, grads.floats()[0]);
    assertEquals(-1.0105821f, grads.floats()[209]);
  }

  @Test
  void aRowIsASliceOfTheWhole() {
    Npz.Array last = Npz.get(arrays, "grads").row(5);
    assertArrayEquals(new int[] {5, 7}, last.shape());
    assertEquals(-1.0105821f, last.floats()[34]);
  }

  @Test
  void fractionsAreNoIntegers() {
    assertThrows(IllegalArgumentException.class, () -> Npz.get(arrays, "grads").longs());
  }
}
