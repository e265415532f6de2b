package org.couplet.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All kinds of files, made when they are asked for. */
final class Kinds {
  static final List<String> NAMES =
      List.of(
          "config",
          "set",
          "cluster",
          "tf-config",
          "table",
          "png",
          "jpeg",
          "gif",
          "bmp",
          "tiff",
          "webp",
          "zip",
          "tar",
          "tar.gz",
          "npy",
          "npz",
          "idx",
          "cifar",
          "labels",
          "training-data",
          "statistics",
          "shards",
          "frozen",
          "features",
          "savedmodel",
          "program",
          "checkpoint",
          "logs",
          "run-config",
          "pickle-network",
          "torch-zip",
          "torch-stream",
          "safetensors");

  private final Path scratch;
  private final Map<String, Kind> made = new HashMap<>();

  Kinds(Path scratch) {
    this.scratch = scratch;
  }

  Kind get(String name) throws Exception {
    Kind kind = made.get(name);
    if (kind == null) {
      kind = make(name);
      requireSound(kind);
      made.put(name, kind);
    }
    return kind;
  }

  // Otherwise nothing would be found but the first refusal.
  private static void requireSound(Kind kind) throws Exception {
    for (byte[] sound : kind.sound()) {
      Kind.Outcome outcome = kind.reader().read(new Damage.Damaged(sound, false));
      Optional<String> fault = Oracle.fault(outcome.run()).or(outcome::fault);
      if (outcome.run().code() != kind.code() || fault.isPresent()) {
        throw new IllegalStateException(kind.name() + ": " + fault + " " + outcome.run());
      }
    }
  }

  private Kind make(String name) throws IOException {
    ImageKinds images = new ImageKinds(scratch);
    TextKinds texts = new TextKinds(scratch);
    SetKinds sets = new SetKinds(scratch);
    ModelKinds models = new ModelKinds(scratch);
    RunKinds runs = new RunKinds(scratch);
    ForeignKinds foreign = new ForeignKinds(scratch);
    return switch (name) {
      case "config" -> texts.config();
      case "set" -> texts.set();
      case "cluster" -> texts.cluster();
      case "tf-config" -> texts.environment();
      case "table" -> texts.table();
      case "png" -> images.png();
      case "jpeg" -> images.picture(name, Pictures.jpeg());
      case "gif" -> images.picture(name, Pictures.gif());
      case "bmp" -> images.picture(name, Pictures.bmp());
      case "tiff" -> images.picture(name, Pictures.tiff());
      case "webp" -> images.picture(name, Pictures.webp());
      case "zip" -> images.zip();
      case "tar" -> images.tar();
      case "tar.gz" -> images.tarGz();
      case "npy" -> images.npy();
      case "npz" -> images.npz();
      case "idx" -> sets.idx();
      case "cifar" -> sets.cifar();
      case "labels" -> sets.labels();
      case "training-data" -> sets.trainingData();
      case "statistics" -> StatisticsKind.make(scratch);
      case "shards" -> ShardKind.make(scratch);
      case "frozen" -> models.frozen();
      case "features" -> models.features();
      case "savedmodel" -> models.export();
      case "program" -> runs.program();
      case "checkpoint" -> runs.checkpoint();
      case "logs" -> runs.logs();
      case "run-config" -> runs.config();
      case "pickle-network" -> foreign.pickle();
      case "torch-zip" -> foreign.zip();
      case "torch-stream" -> foreign.stream();
      case "safetensors" -> foreign.safetensors();
      default -> throw new IllegalArgumentException("no kind " + name);
    };
  }
}
