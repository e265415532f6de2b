package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.couplet.CommandRun;
import org.couplet.inception.FrozenInception;
import org.couplet.program.FeatureProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

@Tag("long")
class InceptionCommandTest {
  @Test
  void theArchiveBecomesAFeatureNetwork(@TempDir Path folder) throws IOException {
    Path archive = folder.resolve("inception-2015-12-05.tgz");
    byte[] graph = FrozenInception.graph(2).toByteArray();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
      TarArchiveEntry entry = new TarArchiveEntry("classify_image_graph_def.pb");
      entry.setSize(graph.length);
      tar.putArchiveEntry(entry);
      tar.write(graph);
      tar.closeArchiveEntry();
    }
    Path output = folder.resolve("inception");
    CommandRun run = CommandRun.done("inception", "--from", archive, "--output", output);
    assertTrue(run.out().contains(archive + " written to " + output), run.out());
    // Where it takes long, it says what it does.
    assertTrue(Set.of("", "converting the network ...").contains(run.err().strip()), run.err());
    try (FeatureProgram program = FeatureProgram.load(output, 1);
        TUint8 images = TUint8.tensorOf(Shape.of(1, 8, 8, 3))) {
      assertEquals(2048, program.dimension());
      assertEquals(2048, program.features(images).length);
    }
  }

  @Test
  void randomFeaturesNeedNoDownload(@TempDir Path folder) throws IOException {
    Path output = folder.resolve("random");
    CommandRun.done("inception", "--from", "random", "--output", output);
    try (FeatureProgram program = FeatureProgram.load(output, 1)) {
      assertEquals(368, program.dimension());
    }
  }
}
