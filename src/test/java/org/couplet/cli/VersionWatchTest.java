package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.couplet.serving.ServedModel;
import org.couplet.serving.ServingLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionWatchTest {
  @TempDir private Path folder = Path.of("");
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @Test
  void aFailureThatLastsIsSaidOnce() throws IOException {
    Path version = Files.createDirectories(folder.resolve("1"));
    Files.writeString(version.resolve("saved_model.pb"), "not looked at");
    ServingLimits limits = new ServingLimits(1, Duration.ZERO, 1, Duration.ofSeconds(1));
    ServedModel model = new ServedModel("shapes", folder, Map.of(), limits, rows -> {});
    PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    VersionWatch watch = new VersionWatch(List.of(model), err);
    for (String failure : List.of("no disk", "no disk", "no network", "no network", "no disk")) {
      watch.refresh(
          savedModel -> {
            throw new IllegalStateException(failure);
          });
    }
    assertEquals(
        List.of("model shapes: no disk", "model shapes: no network", "model shapes: no disk"),
        said.toString(StandardCharsets.UTF_8).lines().toList());
  }
}
