package org.couplet.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.couplet.schedule.FewStepLevels;
import org.couplet.schedule.KarrasLevels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LevelSearchTest {
  private static final FewStepLevels SCALE = new FewStepLevels(new KarrasLevels(0.002, 80, 7));

  // A valley whose floor is at given levels.
  private static double valley(List<Double> sigmas, double... best) {
    double distance = 1;
    for (int i = 0; i < best.length; i++) {
      distance += Math.pow(Math.log(sigmas.get(i + 1) / best[i]), 2);
    }
    return distance;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.3, 0.821, 2, 12})
  void theLowestPointOfAValleyIsFound(double best) throws IOException {
    LevelSearch.Found found = new LevelSearch(SCALE, sigmas -> valley(sigmas, best)).run(2);
    assertEquals(80, found.sigmas().get(0));
    assertEquals(Math.log(best), Math.log(found.sigmas().get(1)), 0.15);
    assertEquals(valley(found.sigmas(), best), found.distance());
    assertEquals(valley(SCALE.levels(2), best), found.usual());
  }

  @Test
  void severalLevelsAreFoundOneAfterTheOther() throws IOException {
    LevelSearch.Found found = new LevelSearch(SCALE, sigmas -> valley(sigmas, 9, 0.4)).run(3);
    assertEquals(3, found.sigmas().size());
    assertEquals(Math.log(9), Math.log(found.sigmas().get(1)), 0.15);
    assertEquals(Math.log(0.4), Math.log(found.sigmas().get(2)), 0.15);
  }

  @Test
  void noLevelsAreMeasuredTwiceAndAllAreFalling() throws IOException {
    Set<List<Double>> asked = new HashSet<>();
    new LevelSearch(
            SCALE,
            sigmas -> {
              assertTrue(asked.add(sigmas), sigmas.toString());
              assertTrue(sigmas.get(0) > sigmas.get(1) && sigmas.get(1) > sigmas.get(2));
              return valley(sigmas, 9, 0.4);
            })
        .run(3);
    assertTrue(asked.size() < 45, asked.size() + " trials");
  }

  @Test
  void levelsAreNeverWorseThanTheUsualOnes() throws IOException {
    LevelSearch.Found found =
        new LevelSearch(SCALE, sigmas -> sigmas.equals(SCALE.levels(2)) ? 1 : 2).run(2);
    assertEquals(SCALE.levels(2), found.sigmas());
    assertEquals(1, found.distance());
  }
}
