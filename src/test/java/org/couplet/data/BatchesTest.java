package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.couplet.Refusal;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TType;

class BatchesTest {
  // Every point is another one, so a row tells its index.
  private final GaussianPoints points = new GaussianPoints(10, 1, 0.1, 0);

  private static float[] at(Batches batches, long step) {
    try (Batch batch = batches.at(step)) {
      TType elements = batch.elements();
      float[] values = new float[(int) elements.shape().size()];
      elements.asRawTensor().data().asFloats().read(values);
      return values;
    }
  }

  private static List<Float> firstCoordinates(Batches batches, int steps) {
    List<Float> first = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      float[] rows = at(batches, step);
      for (int i = 0; i < rows.length; i += 2) {
        first.add(rows[i]);
      }
    }
    return first;
  }

  @Test
  void resumedRunSeesWhatAStraightRunSees() {
    try (Batches straight = new Batches(points, 4, 7);
        Batches resumed = new Batches(points, 4, 7)) {
      float[][] expected = new float[30][];
      for (int step = 0; step < 30; step++) {
        expected[step] = at(straight, step);
      }
      for (int step : new int[] {17, 18, 19, 3, 4, 29, 0, 0}) {
        assertArrayEquals(expected[step], at(resumed, step), "step " + step);
      }
    }
  }

  @Test
  void anEpochShowsEachElementOnce() {
    // 15 batches of 4 are 6 epochs of 10; the third batch of each 5 spans two epochs.
    try (Batches batches = new Batches(points, 4, 7)) {
      List<Float> seen = firstCoordinates(batches, 15);
      for (int epoch = 0; epoch < 6; epoch++) {
        assertEquals(10, new HashSet<>(seen.subList(10 * epoch, 10 * epoch + 10)).size());
      }
      assertFalse(seen.subList(0, 10).equals(seen.subList(10, 20)));
    }
  }

  @Test
  void batchSizeDoesNotChangeTheOrder() {
    try (Batches small = new Batches(points, 4, 7);
        Batches large = new Batches(points, 30, 7)) {
      assertEquals(firstCoordinates(small, 15), firstCoordinates(large, 2));
    }
  }

  @Test
  void seedsChangeTheOrder() {
    try (Batches one = new Batches(points, 10, 1);
        Batches two = new Batches(points, 10, 2)) {
      assertFalse(Arrays.equals(at(one, 0), at(two, 0)));
    }
  }

  @Test
  void everyElementComesFirstEquallyOften() {
    // 4000 epochs of 10: each element leads 400 times, standard deviation 19.
    GaussianPoints many = new GaussianPoints(10, 1, 0.1, 0);
    try (Batches batches = new Batches(many, 10, 3)) {
      Map<Float, Integer> leads = new HashMap<>();
      for (int step = 0; step < 4000; step++) {
        leads.merge(at(batches, step)[0], 1, Integer::sum);
      }
      assertEquals(10, leads.size());
      leads.values().forEach(count -> assertEquals(400, count, 100));
    }
  }

  @Test
  void batchesAreTheDatasetsShape() {
    try (Batches batches = new Batches(new ProceduralImages(8, 5), 3, 0);
        Batch batch = batches.at(0)) {
      assertEquals(Shape.of(3, 8, 8, 3), batch.elements().shape());
    }
    Refusal.assertRefused(
        () -> new Batches(points, 0, 0), "run.batch_size: must be at least 1, got 0");
  }

  @Test
  void wantOfMemoryIsToldAsSuch() {
    try (Batches batches = new Batches(points, Integer.MAX_VALUE, 7)) {
      assertThrows(OutOfMemoryError.class, () -> batches.at(0));
    }
  }
}
