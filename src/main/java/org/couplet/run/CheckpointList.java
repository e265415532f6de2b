package org.couplet.run;

import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.AtomicFile;
import org.couplet.run.proto.CheckpointState;

/**
 * The list of a folder's checkpoints that TensorFlow's own tools read.
 *
 * @param folder of the checkpoints
 */
record CheckpointList(Path folder) {
  private static final Pattern LISTED = Pattern.compile("(?:.*/)?step-(\\d{1,18})");

  Path file() {
    return folder.resolve("checkpoint");
  }

  /** The step that it names as the newest; empty if it is missing or damaged. */
  OptionalLong newest() throws IOException {
    if (!Files.isRegularFile(file())) {
      return OptionalLong.empty();
    }
    try {
      // Malformed bytes become signs that no path here has.
      String text = new String(Files.readAllBytes(file()), StandardCharsets.UTF_8);
      CheckpointState state = TextFormat.parse(text, CheckpointState.class);
      // TensorFlow's paths may be absolute, and the folder may have moved since.
      Matcher path = LISTED.matcher(state.getModelCheckpointPath());
      return path.matches() ? OptionalLong.of(Long.parseLong(path.group(1))) : OptionalLong.empty();
    } catch (TextFormat.ParseException e) {
      return OptionalLong.empty();
    }
  }

  void write(List<Long> steps) throws IOException {
    CheckpointState.Builder state = CheckpointState.newBuilder();
    for (long step : steps) {
      // The last one stays.
      state.setModelCheckpointPath("step-" + step).addAllModelCheckpointPaths("step-" + step);
    }
    AtomicFile.write(file(), TextFormat.printer().printToString(state.build()));
  }
}
