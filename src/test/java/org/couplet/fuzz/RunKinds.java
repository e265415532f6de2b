package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.io.AtomicFile;
import org.couplet.io.ContentHash;
import org.tensorflow.proto.SavedModel;

/** The files of a run, which {@code couplet train --resume} reads. */
final class RunKinds {
  /** The smallest run: four steps, with checkpoints of steps 2 and 4. */
  static final String CONFIG =
      """
      name: "tiny"
      dataset { gaussians { count: 16 } }
      network { mlp { depth: 1 width: 4 } }
      consistency { levels { constant { count: 4 } } }
      optimizer { lion {} }
      run { steps: 4 batch_size: 2 log_every: 1 checkpoint_every: 2 }
      evaluation { sample_every: 0 }
      runtime { xla: OFF }
      """;

  private static final String CHECKPOINT = "checkpoints/step-4";

  private final Path scratch;

  RunKinds(Path scratch) {
    this.scratch = scratch;
  }

  Kind index() throws IOException {
    return file(
        "checkpoint-index",
        CHECKPOINT + ".index",
        oneOf(ofBytes(), ofBytes().repaired(CheckpointIndex::repaired)));
  }

  Kind data() throws IOException {
    return file("checkpoint-data", CHECKPOINT + ".data-00000-of-00001", ofBytes());
  }

  Kind list() throws IOException {
    return file("checkpoint-list", "checkpoints/checkpoint", ofBytes());
  }

  Kind metrics() throws IOException {
    return file("metrics", "metrics.jsonl", ofBytes());
  }

  Kind history() throws IOException {
    return file("history", "history.jsonl", ofBytes());
  }

  Kind config() throws IOException {
    return file("run-config", "config.textproto", ofBytes());
  }

  Kind program() throws IOException {
    Path run = run();
    Path program = run.resolve("program");
    return new Kind(
        "program",
        List.of(Files.readAllBytes(program.resolve("saved_model.pb"))),
        ModelKinds.ofMessages(SavedModel.getDefaultInstance()),
        input -> {
          restore(run);
          ModelKinds.write(program, input);
          return resumed(run);
        });
  }

  /** Couplet reads the names of event files only. */
  Kind events() throws IOException {
    Path run = run();
    String sound = "events.out.tfevents.1700000000.couplet";
    return new Kind(
        "events",
        List.of(sound.getBytes(StandardCharsets.UTF_8)),
        ofBytes(),
        input -> {
          String name =
              new String(input.bytes(), StandardCharsets.UTF_8)
                  .replaceAll("[/\0]|[^\\x20-\\x7e]", "_");
          restore(run);
          Path file = run.resolve(name.substring(0, Math.min(name.length(), 200)));
          if (Files.notExists(file)) {
            Files.writeString(file, name);
          }
          return resumed(run);
        });
  }

  private Kind file(String kind, String name, Damage damage) throws IOException {
    Path run = run();
    byte[] sound = Files.readAllBytes(run.resolve(name));
    return new Kind(
        kind,
        List.of(sound),
        damage,
        input -> {
          restore(run);
          Files.write(run.resolve(name), input.bytes());
          return resumed(run);
        });
  }

  private Path run() throws IOException {
    Path sound = scratch.resolve("sound-run");
    if (!Files.exists(sound)) {
      Path config = SmallExperiments.write(scratch, CONFIG);
      CommandRun.done("train", "--config", config, "--run", sound);
    }
    Path run = scratch.resolve("run");
    restore(run);
    return run;
  }

  private void restore(Path run) throws IOException {
    AtomicFile.delete(run);
    Path sound = scratch.resolve("sound-run");
    try (var paths = Files.walk(sound)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, run.resolve(sound.relativize(path).toString()));
      }
    }
  }

  // What is refused is left as it was.
  private Kind.Outcome resumed(Path run) throws IOException {
    Map<String, String> before = checkpoints(run);
    CommandRun resumed = CommandRun.of("train", "--run", run, "--resume");
    boolean touched = resumed.code() != ExitCode.DONE && !checkpoints(run).equals(before);
    return new Kind.Outcome(
        resumed, touched ? Optional.of("checkpoints were touched") : Optional.empty());
  }

  private static Map<String, String> checkpoints(Path run) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (var files = Files.list(run.resolve("checkpoints"))) {
      for (Path file : files.toList()) {
        hashes.put(String.valueOf(file.getFileName()), ContentHash.of(file));
      }
    }
    return hashes;
  }
}
