package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.cluster.Cluster;
import org.couplet.cluster.proto.ClusterConfig;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;
import org.couplet.report.Table;

/** What people write: configs, and values of {@code --set}. */
final class TextKinds {
  private static final List<String> VALUES =
      List.of(
          "run.steps=100",
          "run.batch_size=8",
          "optimizer.learning_rate=1e-3",
          "optimizer.radam={beta1: 0.5}",
          "network.song_unet.channel_mult=[1,2]",
          "network.song_unet.dropout=0.1,0.2",
          "network.mlp.width=32",
          "evaluation.features=a b",
          "dataset.procedural.resolution=16",
          "consistency.coupling.generator_induced.mu=0.5",
          "consistency.levels.constant.count=20",
          "runtime.xla=OFF",
          "evaluation.sample_every=0",
          "name=x");

  private static final List<String> CLUSTERS =
      List.of(
          """
          worker: "10.0.0.1:2222"
          worker: "gpu-b.example.org:2222"
          """,
          """
          worker: "localhost:2222"
          worker: "localhost:2223"
          start_timeout_seconds: 30
          watch_timeout_seconds: 20
          """,
          """
          worker: ["[fe80::1]:2222", "[fe80::2]:2222"]
          """);

  private static final List<String> ENVIRONMENTS =
      List.of(
          "{\"cluster\": {\"worker\": [\"10.0.0.1:2222\", \"10.0.0.2:2222\"]},"
              + " \"task\": {\"type\": \"worker\", \"index\": 1}}",
          "{\"cluster\": {\"chief\": [\"a:1\"], \"worker\": [\"b:1\"]},"
              + " \"task\": {\"type\": \"chief\", \"index\": 0}}");

  private final Path scratch;

  TextKinds(Path scratch) {
    this.scratch = scratch;
  }

  Kind config() throws IOException {
    Path file = Files.createDirectories(scratch.resolve("config")).resolve("x.textproto");
    List<byte[]> sound =
        Stream.of(SmallExperiments.GAUSSIANS, SmallExperiments.UNET)
            .flatMap(text -> Stream.of(text, resolved(text)))
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();
    return new Kind(
        "config",
        sound,
        oneOf(ofBytes(), TextKinds::ofExperiments),
        input -> {
          Files.write(file, input.bytes());
          return planned("--config", file);
        });
  }

  Kind set() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("set"));
    Path points = folder.resolve("points.textproto");
    Files.writeString(points, SmallExperiments.GAUSSIANS);
    Path images = folder.resolve("images.textproto");
    Files.writeString(images, SmallExperiments.UNET);
    return new Kind(
        "set",
        VALUES.stream().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList(),
        ofBytes(),
        input -> {
          String value = new String(input.bytes(), StandardCharsets.UTF_8);
          boolean ofImages = value.contains("unet") || value.contains("procedural");
          Path config = ofImages ? images : points;
          return planned("--config", config, "--set", value);
        });
  }

  /** The file that names the machines which train together. */
  Kind cluster() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("cluster"));
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    Path file = folder.resolve("cluster.textproto");
    return new Kind(
        "cluster",
        CLUSTERS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList(),
        oneOf(ofBytes(), TextKinds::ofClusters),
        input -> {
          Files.write(file, input.bytes());
          return planned("--config", config, "--cluster", file, "--task", 0);
        });
  }

  private static Damage.Damaged ofClusters(byte[] sound, byte[] other, Random random)
      throws IOException {
    return ofFields(sound, ClusterConfig.class, random);
  }

  /** The variable in which schedulers name these machines, as a process reads it. */
  Kind environment() {
    return new Kind(
        "tf-config",
        ENVIRONMENTS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList(),
        ofBytes(),
        input -> {
          String value = new String(input.bytes(), StandardCharsets.UTF_8);
          return called(() -> Cluster.fromEnvironment(Map.of("TF_CONFIG", value)));
        });
  }

  /** Measurements that a study kept in a run's folder, as it reads them. */
  Kind table() throws IOException {
    Path file = Files.createDirectories(scratch.resolve("table")).resolve("x.csv");
    Table sound = new Table("step", "value");
    sound.row(100, 0.5).row(200, 1e-3).row(300, Double.NaN);
    sound.write(file);
    return new Kind(
        "table",
        List.of(Files.readAllBytes(file)),
        ofBytes(),
        input -> {
          Files.write(file, input.bytes());
          return called(
              () -> {
                Table table = Table.read(file, "step", "value");
                table.numbers("step");
                table.numbers("value");
              });
        });
  }

  /** A part of a command. */
  @FunctionalInterface
  private interface Part {
    void run() throws IOException;
  }

  // Where the whole command would take too long: what it would print of bad input.
  private static Kind.Outcome called(Part part) throws IOException {
    CommandRun run = new CommandRun(ExitCode.DONE, "", "");
    try {
      part.run();
    } catch (InvalidInputException | FileFailure e) {
      String line = PlainLine.of(String.valueOf(e.getMessage()));
      run = new CommandRun(ExitCode.BAD_INPUT, "", line);
    }
    return new Kind.Outcome(run, Optional.empty());
  }

  private Kind.Outcome planned(Object... options) {
    Path run = scratch.resolve("never");
    CommandRun planned =
        CommandRun.of(
            Stream.concat(Stream.of("train", "--run", run, "--dry-run"), Stream.of(options))
                .toArray());
    return new Kind.Outcome(
        planned, Files.exists(run) ? Optional.of("a run was begun") : Optional.empty());
  }

  private static String resolved(String text) {
    return ExperimentFile.print(ExperimentFile.parse("x", text, List.of()));
  }

  private static Damage.Damaged ofExperiments(byte[] sound, byte[] other, Random random)
      throws IOException {
    return ofFields(sound, Experiment.class, random);
  }

  // Changed fields make texts that can be read.
  private static <T extends Message> Damage.Damaged ofFields(
      byte[] sound, Class<T> form, Random random) throws IOException {
    T message = TextFormat.parse(new String(sound, StandardCharsets.UTF_8), form);
    String changed = TextFormat.printer().printToString(MessageMutator.mutate(message, random));
    return new Damage.Damaged(changed.getBytes(StandardCharsets.UTF_8), true);
  }
}
