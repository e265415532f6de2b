package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;

/** What shards of {@code couplet fid} measured. */
final class ShardKind {
  // A batch of 32 for each of two shards.
  private static final int IMAGES = 40;

  private ShardKind() {}

  static Kind make(Path scratch) throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("shards"));
    Path network = folder.resolve("network");
    if (!Files.exists(network)) {
      ModelKinds.writeFeatures(network);
    }
    Path images = ModelKinds.writeImages(folder, IMAGES);
    Path reference = folder.resolve("reference.npz");
    Files.deleteIfExists(reference);
    measured(network, "--reference", images, "--save-stats", reference);
    List<Path> shards = List.of(folder.resolve("0.npz"), folder.resolve("1.npz"));
    for (int i = 0; i < shards.size(); i++) {
      Files.deleteIfExists(shards.get(i));
      measured(
          network,
          "--generated",
          images,
          "--metrics",
          "fid,kid",
          "--shard",
          i + "/2",
          "--output",
          shards.get(i));
    }
    byte[] sound = Files.readAllBytes(shards.get(1));
    String expected = merged(shards, reference).out();
    return new Kind(
        "shards",
        List.of(sound),
        oneOf(ofBytes(), Containers.inZip(ofBytes())),
        input -> {
          Files.write(shards.get(1), input.bytes());
          CommandRun run = merged(shards, reference);
          boolean silent =
              run.code() == ExitCode.DONE && !input.isCoherent() && !run.out().equals(expected);
          return new Kind.Outcome(
              run, silent ? Optional.of("another distance in silence") : Optional.empty());
        });
  }

  private static void measured(Path network, Object... more) {
    Object[] arguments = new Object[more.length + 5];
    System.arraycopy(
        new Object[] {"fid", "--inception", network, "--signature", "embed"}, 0, arguments, 0, 5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    CommandRun.done(arguments);
  }

  private static CommandRun merged(List<Path> shards, Path reference) {
    return CommandRun.of("fid", "--merge", shards.get(1), shards.get(0), "--reference", reference);
  }
}
