package org.couplet.cluster;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TextFormatParseLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.cluster.proto.ClusterConfig;
import org.couplet.config.LongLines;
import org.couplet.config.PlainSyntaxError;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;

/** Reads {@code cluster.textproto}. */
final class ClusterFile {
  private final String name;
  private final TextFormatParseInfoTree lines;

  private ClusterFile(String name, TextFormatParseInfoTree lines) {
    this.name = name;
    this.lines = lines;
  }

  static Cluster load(Path file, int task) throws IOException {
    String text = FileFailure.reading(file, () -> Files.readString(file));
    LongLines.check(file.toString(), text);
    ClusterConfig.Builder config = ClusterConfig.newBuilder();
    TextFormatParseInfoTree.Builder lines = TextFormatParseInfoTree.builder();
    try {
      TextFormat.Parser.newBuilder()
          .setSingularOverwritePolicy(
              TextFormat.Parser.SingularOverwritePolicy.FORBID_SINGULAR_OVERWRITES)
          .setParseInfoTreeBuilder(lines)
          .build()
          .merge(text, config);
    } catch (TextFormat.ParseException e) {
      var problem = new PlainSyntaxError(text, ClusterConfig.getDescriptor(), "").explain(e);
      throw new InvalidInputException(file + ":" + problem.line() + ": " + problem.text(), e);
    }
    return new ClusterFile(file.toString(), lines.build()).resolve(config.build(), task);
  }

  private Cluster resolve(ClusterConfig config, int task) {
    List<String> workers = config.getWorkerList();
    if (workers.isEmpty()) {
      throw new InvalidInputException(
          name + ": worker: no worker is named. Write worker: \"HOST:PORT\" for each");
    }
    Cluster.check(
        workers,
        IntStream.range(0, workers.size())
            .mapToObj(i -> place(ClusterConfig.WORKER_FIELD_NUMBER, i, workers.size()))
            .toList());
    if (task < 0 || task >= workers.size()) {
      throw new InvalidInputException(
          "--task %d: %s names %d workers; give 0 to %d"
              .formatted(task, name, workers.size(), workers.size() - 1));
    }
    return new Cluster(
        workers,
        task,
        seconds(config.getStartTimeoutSeconds(), ClusterConfig.START_TIMEOUT_SECONDS_FIELD_NUMBER),
        seconds(config.getWatchTimeoutSeconds(), ClusterConfig.WATCH_TIMEOUT_SECONDS_FIELD_NUMBER));
  }

  private Duration seconds(int value, int field) {
    if (value < 1) {
      throw new InvalidInputException(place(field, 0, 1) + ": must be at least 1, got " + value);
    }
    return Duration.ofSeconds(value);
  }

  // File, line and field; lines are counted from 0. Values in brackets share one location: then
  // which line a value is in can't be known.
  private String place(int number, int index, int count) {
    FieldDescriptor field = ClusterConfig.getDescriptor().findFieldByNumber(number);
    List<TextFormatParseLocation> locations = lines.getLocations(field);
    String line = locations.size() == count ? ":" + (locations.get(index).getLine() + 1) : "";
    return name + line + ": " + field.getName();
  }
}
