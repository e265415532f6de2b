package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.couplet.data.ProceduralImages;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.program.FeatureProgram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.TUint8;

/** The distance over random features puts pictures in the order in which an eye would. */
@Tag("long")
class RandomFeaturesTest {
  private static final int SIZE = 32;
  private static final int HALF = 400;
  private static final int BATCH = 100;

  private static FeatureProgram program;
  private static GaussianFit reference;

  @BeforeAll
  static void load(@TempDir Path folder) throws IOException {
    RandomFeaturesAssembly.write(folder.resolve("features"));
    program = FeatureProgram.load(folder.resolve("features"), 0);
    reference = fit(0, (picture, random) -> picture);
  }

  @AfterAll
  static void close() {
    program.close();
  }

  private static GaussianFit fit(long from, Degradation.OfPicture degradation) {
    ProceduralImages images = new ProceduralImages(SIZE, 2 * HALF);
    FeatureStatistics statistics = new FeatureStatistics(program.dimension());
    for (long first = from; first < from + HALF; first += BATCH) {
      try (TUint8 batch = images.batch(LongStream.range(first, first + BATCH).toArray())) {
        spoil(batch, first, degradation);
        statistics.add(program.features(batch));
      }
    }
    return statistics.fit();
  }

  private static void spoil(TUint8 batch, long seed, Degradation.OfPicture degradation) {
    byte[] values = new byte[(int) batch.size()];
    batch.asRawTensor().data().read(values);
    int length = values.length / BATCH;
    Random random = new Random(seed);
    for (int at = 0; at < values.length; at += length) {
      byte[] picture = Arrays.copyOfRange(values, at, at + length);
      System.arraycopy(degradation.apply(picture, random), 0, values, at, length);
    }
    batch.asRawTensor().data().write(values);
  }

  // From one half as it is to the other half, spoilt.
  private static double distance(Degradation.OfPicture degradation) {
    return FrechetDistance.between(reference, fit(HALF, degradation));
  }

  @Test
  void tellSpoiltPicturesFromOthersOfTheSameKind() {
    double same = distance((picture, random) -> picture);
    Map<String, Degradation.OfPicture> spoilt = new LinkedHashMap<>();
    spoilt.put("noise", Degradation.noise(8));
    spoilt.put("blur", Degradation.blur(2));
    spoilt.put("tint", Degradation.tint(32, 0, -32));
    spoilt.put("shuffled quarters", Degradation.shuffle(SIZE / 2));
    spoilt.put("shuffled pixels", Degradation.shuffle(1));
    spoilt.forEach(
        (name, degradation) -> {
          double distance = distance(degradation);
          assertTrue(distance > 5 * same, name + ": " + distance + ", same kind: " + same);
        });
  }

  @Test
  void growWithNoise() {
    assertRising(Degradation.noise(2), Degradation.noise(8), Degradation.noise(32));
  }

  @Test
  void growWithBlur() {
    assertRising(Degradation.blur(1), Degradation.blur(2), Degradation.blur(3));
  }

  @Test
  void growWithTint() {
    assertRising(
        Degradation.tint(16, 0, -16), Degradation.tint(32, 0, -32), Degradation.tint(64, 0, -64));
  }

  private static void assertRising(Degradation.OfPicture... levels) {
    double[] distances = Arrays.stream(levels).mapToDouble(RandomFeaturesTest::distance).toArray();
    for (int i = 1; i < distances.length; i++) {
      assertTrue(distances[i] > 1.5 * distances[i - 1], Arrays.toString(distances));
    }
  }
}
