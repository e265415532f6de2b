package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;

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
        oneOf(ofBytes(), TextKinds::ofFields),
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

  // Changed fields make configs that can be read.
  private static Damage.Damaged ofFields(byte[] sound, byte[] other, Random random)
      throws IOException {
    String text = new String(sound, StandardCharsets.UTF_8);
    Experiment experiment = TextFormat.parse(text, Experiment.class);
    String changed = TextFormat.printer().printToString(MessageMutator.mutate(experiment, random));
    return new Damage.Damaged(changed.getBytes(StandardCharsets.UTF_8), true);
  }
}
