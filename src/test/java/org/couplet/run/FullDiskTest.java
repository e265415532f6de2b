package org.couplet.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.couplet.io.ContentHash;
import org.couplet.report.SampleGrid;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the disk takes nothing more, whatever is to be replaced stays as it is. */
class FullDiskTest {
  private final Path folder;

  FullDiskTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void nothingIsLostWhereNothingCanBeWritten() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash here");
    Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":1}\n{\"step\":2}\n");
    for (String name :
        List.of("history.jsonl", "table.csv", "grid.png", "stats.npz", "images.npy")) {
      Files.writeString(folder.resolve(name), "old\n");
    }
    Files.createDirectory(folder.resolve("samples"));
    Files.writeString(folder.resolve("samples/000000.png"), "old");
    Files.createDirectory(folder.resolve("pictures"));
    SampleGrid.writePng(
        new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), folder.resolve("pictures/a.png"));
    Map<String, String> before = hashes();
    List<String> words = replaceAll("ulimit -f 0; ");
    assertEquals(before, hashes());
    List<String> names = List.copyOf(FullDisk.work(folder).keySet());
    assertEquals(names.size(), words.size(), words.toString());
    for (int i = 0; i < names.size(); i++) {
      String expected = names.get(i) + " failed: " + folder.resolve(names.get(i));
      assertTrue(words.get(i).startsWith(expected), words.get(i));
      String room = names.get(i).equals("images.npy") ? ". It needs 0.2 kB in all" : "";
      assertTrue(
          words
              .get(i)
              .endsWith(": can't be written: the file system takes no file so large" + room),
          words.get(i));
    }
    // The same work with room on the disk, so that the failures above are the disk's.
    assertEquals(names.stream().map(name -> name + " was replaced").toList(), replaceAll(""));
  }

  private List<String> replaceAll(String limit) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                limit + "exec \"$@\"",
                "bash",
                java,
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), words);
    return words.lines().toList();
  }

  private Map<String, String> hashes() throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (var entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        hashes.put(entry.getFileName().toString(), ContentHash.of(entry));
      }
    }
    return hashes;
  }
}
