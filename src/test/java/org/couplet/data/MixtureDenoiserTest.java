package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MixtureDenoiserTest {
  private static final double OFFSET = 0.8;
  private static final double DEVIATION = 0.3;
  private static final MixtureDenoiser DENOISER = new MixtureDenoiser(OFFSET, DEVIATION);

  @Test
  void theMeanIsThatOfTheIntegralOverAllData() {
    double[][] points = {{0.8, 0.8}, {0.1, -0.2}, {1.5, 0.05}, {-2, 3}};
    for (double sigma : new double[] {0.2, 0.7, 3}) {
      for (double[] point : points) {
        assertArrayEquals(
            integrated(point[0], point[1], sigma),
            DENOISER.denoise(point[0], point[1], sigma),
            1e-9);
      }
    }
  }

  @Test
  void theScoreIsTheGradientOfTheLogDensity() {
    double sigma = 0.5;
    double h = 1e-5;
    double x = 0.3;
    double y = 0.2;
    double[] mean = DENOISER.denoise(x, y, sigma);
    assertEquals(
        (logDensity(x + h, y, sigma) - logDensity(x - h, y, sigma)) / (2 * h),
        (mean[0] - x) / (sigma * sigma),
        1e-8);
    assertEquals(
        (logDensity(x, y + h, sigma) - logDensity(x, y - h, sigma)) / (2 * h),
        (mean[1] - y) / (sigma * sigma),
        1e-8);
  }

  @Test
  void withoutNoiseThePointIsTheMeanAndWithMuchTheDataAre() {
    assertArrayEquals(new double[] {-5, 7}, DENOISER.denoise(-5, 7, 0), 1e-12);
    assertArrayEquals(new double[] {OFFSET, 0}, DENOISER.denoise(3, 4, 1e6), 1e-9);
  }

  @Test
  void modesWithoutWidthAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new MixtureDenoiser(1, 0));
  }

  // The quotient of two integrals over the plane, by a sum over a grid.
  private static double[] integrated(double x, double y, double sigma) {
    double mass = 0;
    double[] mean = new double[2];
    double step = 0.02;
    for (double dataX = OFFSET - 3; dataX <= OFFSET + 3; dataX += step) {
      for (double dataY = -OFFSET - 3; dataY <= OFFSET + 3; dataY += step) {
        double likelihood =
            normal(dataX - OFFSET, DEVIATION)
                * (normal(dataY - OFFSET, DEVIATION) + normal(dataY + OFFSET, DEVIATION))
                * normal(x - dataX, sigma)
                * normal(y - dataY, sigma);
        mass += likelihood;
        mean[0] += likelihood * dataX;
        mean[1] += likelihood * dataY;
      }
    }
    return new double[] {mean[0] / mass, mean[1] / mass};
  }

  private static double logDensity(double x, double y, double sigma) {
    double deviation = Math.hypot(DEVIATION, sigma);
    return Math.log(
        normal(x - OFFSET, deviation)
            * (normal(y - OFFSET, deviation) + normal(y + OFFSET, deviation)));
  }

  // Not normalised: every factor cancels.
  private static double normal(double x, double deviation) {
    return Math.exp(-x * x / (2 * deviation * deviation));
  }
}
