package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.ProceduralImagesConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissingImagesTest {
  @TempDir private Path folder = Path.of("");

  private static String of(Path file) {
    return MissingImages.of(file, 32).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "cifar10, tools/fetch-cifar10.sh",
    "celeba64, tools/fetch-celeba.sh",
    "imagenet32, tools/fetch-imagenet32.sh SOURCE"
  })
  void publishedDataNameTheirScript(String name, String script) {
    Path file = folder.resolve(name + ".npy");
    assertTrue(of(file).startsWith(file + ": no such file; " + script + " " + file), of(file));
    assertTrue(Files.exists(Path.of(script.split(" ", -1)[0])));
  }

  @Test
  void otherFilesNameTheCommandThatMakesThem() {
    Path file = folder.resolve("my photos.npy");
    String command = "couplet data --from FOLDER-OR-ZIP --size 32 --output '%s'".formatted(file);
    assertTrue(of(file).contains("no such file; make it: " + command), of(file));
  }

  @Test
  void foldersAndArchivesNameTheCommandThatConvertsThem() throws IOException {
    assertTrue(of(folder).contains("is a folder; convert it: couplet data --from " + folder));
    Path zip = Files.createFile(folder.resolve("photos.v2.zip"));
    assertTrue(
        of(zip).contains("--size 32 --output data/photos.npy, then give --data data/photos.npy"),
        of(zip));
  }

  @Test
  void nothingIsMissingWhereAFileIsOrImagesAreDrawn() throws IOException {
    Path file = Files.createFile(folder.resolve("images.npy"));
    assertEquals(Optional.empty(), MissingImages.of(file, 32));
    assertEquals(
        Optional.empty(),
        MissingImages.of(
            DatasetConfig.newBuilder()
                .setProcedural(ProceduralImagesConfig.getDefaultInstance())
                .build()));
  }
}
