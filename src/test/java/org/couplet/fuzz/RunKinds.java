package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
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

  private static final String INDEX = "checkpoints/step-4.index";
  private static final String DATA = "checkpoints/step-4.data-00000-of-00001";
  private static final String EVENTS = "events.out.tfevents.";
  private static final String CONFIG_FILE = "config.textproto";
  private static final String METRICS = "metrics.jsonl";
  private static final String STUDY = "study-" + METRICS;

  private final Path scratch;

  RunKinds(Path scratch) {
    this.scratch = scratch;
  }

  /** Both files of a checkpoint, one of them damaged; TensorFlow's checksums are on all of it. */
  Kind checkpoint() throws IOException {
    Path run = run();
    Map<String, byte[]> sound = new LinkedHashMap<>();
    for (String name : List.of(INDEX, DATA)) {
      sound.put(name, Files.readAllBytes(run.resolve(name)));
    }
    Damage index = oneOf(ofBytes(), ofBytes().repaired(CheckpointIndex::repaired));
    return files(
        "checkpoint",
        run,
        sound,
        (files, random) -> {
          String name = random.nextInt(3) > 0 ? INDEX : DATA;
          Damage damage = name.equals(INDEX) ? index : ofBytes();
          byte[] file = Objects.requireNonNull(files.get(name));
          files.put(name, damage.of(file, file, random).bytes());
        });
  }

  /**
   * What no run depends on: the list of checkpoints, the logs, and the names of event files. The
   * log of a study's run is among them.
   */
  Kind logs() throws IOException {
    Path run = run();
    Path studied = studied();
    Map<String, byte[]> sound = new LinkedHashMap<>();
    for (String name : List.of("checkpoints/checkpoint", METRICS, "history.jsonl")) {
      sound.put(name, Files.readAllBytes(run.resolve(name)));
    }
    sound.put(EVENTS + "1700000000.couplet", new byte[] {1});
    sound.put(STUDY, Files.readAllBytes(studied.resolve(METRICS)));
    return files(
        "logs",
        run,
        sound,
        (files, random) -> {
          for (String name : List.copyOf(files.keySet())) {
            byte[] file = Objects.requireNonNull(files.get(name));
            if (name.startsWith(EVENTS)) {
              files.put(eventFile(name.substring(EVENTS.length()), random), file);
            } else {
              files.put(name, ofBytes().of(file, file, random).bytes());
            }
          }
        },
        () -> readLogs(run, studied));
  }

  // Training cuts damage off, so it comes last. An export builds a graph, which takes longest.
  private Kind.Outcome readLogs(Path run, Path studied) throws IOException {
    if (Files.size(run.resolve(METRICS)) % 4 == 0) {
      CommandRun export =
          CommandRun.of(
              "export", "--run", run, "--output", scratch.resolve("model"), "--overwrite");
      if (export.code() != ExitCode.DONE || Oracle.fault(export).isPresent()) {
        return new Kind.Outcome(export, Optional.of("export needs a log"));
      }
    }
    Files.copy(run.resolve(STUDY), studied.resolve(METRICS), StandardCopyOption.REPLACE_EXISTING);
    Files.delete(run.resolve(STUDY));
    CommandRun study = study();
    return Oracle.fault(study).isPresent()
        ? new Kind.Outcome(study, Optional.empty())
        : resumed(run);
  }

  // One of the runs of the smallest study that reads their logs.
  private Path studied() throws IOException {
    CommandRun study = study();
    assertEquals(ExitCode.DONE, study.code(), study.err());
    try (var runs = Files.list(scratch.resolve("study-runs"))) {
      return runs.min(Comparator.naturalOrder()).orElseThrow(() -> new AssertionError(study));
    }
  }

  private CommandRun study() throws IOException {
    Path config = Files.writeString(scratch.resolve("study.textproto"), CONFIG);
    return CommandRun.of(
        "study",
        "variance",
        "--config",
        config,
        "--seeds",
        1,
        "--overwrite",
        "--output",
        scratch.resolve("study"),
        "--runs",
        scratch.resolve("study-runs"),
        "--set",
        "run={steps:100 batch_size:2}");
  }

  private static String eventFile(String name, Random random) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    String damaged =
        new String(new ByteMutator(random).mutate(bytes, bytes), StandardCharsets.ISO_8859_1)
            .replaceAll("[^\\x20-\\x7e]|/", "_");
    return EVENTS + damaged.substring(0, Math.min(damaged.length(), 200));
  }

  Kind config() throws IOException {
    Path run = run();
    byte[] sound = Files.readAllBytes(run.resolve(CONFIG_FILE));
    return files(
        "run-config",
        run,
        Map.of(CONFIG_FILE, sound),
        (files, random) -> files.put(CONFIG_FILE, ofBytes().of(sound, sound, random).bytes()));
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

  /** Damages some of a run's files, by their names in its folder. */
  @FunctionalInterface
  private interface FilesDamage {
    void damage(Map<String, byte[]> files, Random random) throws IOException;
  }

  private Kind files(String kind, Path run, Map<String, byte[]> sound, FilesDamage damage)
      throws IOException {
    return files(kind, run, sound, damage, () -> resumed(run));
  }

  /** What reads a run's folder. */
  @FunctionalInterface
  private interface RunReader {
    Kind.Outcome read() throws IOException;
  }

  // An input is a zip of them.
  private Kind files(
      String kind, Path run, Map<String, byte[]> sound, FilesDamage damage, RunReader reader)
      throws IOException {
    return new Kind(
        kind,
        List.of(Containers.zip(sound, true)),
        (zip, other, random) -> {
          Map<String, byte[]> files = Containers.unzip(zip);
          damage.damage(files, random);
          return new Damage.Damaged(Containers.zip(files, true), true);
        },
        input -> {
          restore(run);
          for (Map.Entry<String, byte[]> file : Containers.unzip(input.bytes()).entrySet()) {
            Files.write(run.resolve(file.getKey()), file.getValue());
          }
          return reader.read();
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
    // A config that lost its number of steps would go on for hours.
    CommandRun resumed = CommandRun.of("train", "--run", run, "--resume", "--steps", 8);
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
