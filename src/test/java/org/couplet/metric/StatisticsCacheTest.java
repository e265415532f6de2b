package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PictureReading;
import org.couplet.picture.PixelBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatisticsCacheTest {
  private static final String IMAGES = "a".repeat(64);
  private static final String EXTRACTOR = "b".repeat(64);
  private static final GaussianFit FIT =
      new GaussianFit(7, new double[] {1, 2}, new double[] {2, 0, 0, 2});

  @TempDir private Path folder = Path.of("");
  private final List<String> told = new ArrayList<>();

  private long get(StatisticsCache cache, String images, GaussianFit measured) throws IOException {
    return cache
        .get(images, EXTRACTOR, told::add, () -> Optional.of(measured))
        .orElseThrow()
        .count();
  }

  @Test
  void whatIsKeptIsFoundByBothHashes() throws IOException {
    StatisticsCache cache = new StatisticsCache(folder.resolve("cache"));
    assertEquals(7, get(cache, IMAGES, FIT));
    GaussianFit other = new GaussianFit(9, FIT.mean(), FIT.covariance());
    assertEquals(7, get(cache, IMAGES, other));
    assertEquals(9, get(cache, "c".repeat(64), other));
    assertEquals(1, told.size(), told.toString());
    assertTrue(told.get(0).startsWith("was measured before, taken from "), told.get(0));
  }

  /**
   * What was measured of pictures is worth nothing once they are decoded otherwise. Where this
   * fails, raise the format and put its number and the new sum here. JPEG and colour profiles are
   * not in it: what Java does with them is not the same everywhere.
   */
  @Test
  void theFormatIsAnotherWhenPicturesAreDecodedInAnotherWay() throws IOException {
    CRC32 pixels = new CRC32();
    for (String kind : List.of("png", "gif", "bmp", "tif", "webp")) {
      for (Path picture : pictures(kind)) {
        try (InputStream in = Files.newInputStream(picture);
            PixelBudget.Share memory = PixelBudget.ofMemory().share()) {
          pixels.update(new PictureDecoder(PictureReading.AS_STORED, memory).decode(in).toBytes());
        }
      }
    }
    assertEquals(
        "2: bc30b17b", StatisticsCache.FORMAT + ": " + Long.toHexString(pixels.getValue()));
  }

  private static List<Path> pictures(String kind) throws IOException {
    try (var files = Files.list(Path.of("src/test/resources/pictures"))) {
      return files
          .filter(file -> file.toString().endsWith("." + kind))
          .filter(file -> !file.endsWith("profile.webp"))
          .sorted()
          .toList();
    }
  }

  @Test
  void whatIsGivenUpIsNotKept() throws IOException {
    StatisticsCache cache = new StatisticsCache(folder.resolve("cache"));
    assertEquals(Optional.empty(), cache.get(IMAGES, EXTRACTOR, told::add, () -> Optional.empty()));
    assertEquals(7, get(cache, IMAGES, FIT));
  }

  @Test
  void anotherProcessMayKeepTheSameMeanwhile() throws IOException {
    StatisticsCache cache = new StatisticsCache(folder.resolve("cache"));
    GaussianFit theirs = new GaussianFit(9, FIT.mean(), FIT.covariance());
    assertEquals(
        7,
        cache
            .get(
                IMAGES,
                EXTRACTOR,
                told::add,
                () -> {
                  get(cache, IMAGES, theirs);
                  return Optional.of(FIT);
                })
            .orElseThrow()
            .count());
    assertEquals(7, get(cache, IMAGES, theirs));
    try (var files = Files.list(cache.folder())) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsDoneWithout() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(7, get(new StatisticsCache(file), IMAGES, FIT));
    assertTrue(told.get(0).startsWith("statistics can't be kept in "), told.toString());
  }
}
