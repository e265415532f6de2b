package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;
import org.couplet.command.Guard;
import org.couplet.foreign.ForeignFiles;
import org.couplet.foreign.ForeignWeights;
import org.couplet.io.AtomicFile;
import org.couplet.io.ContentHash;
import org.couplet.io.PlainStream;
import org.couplet.transfer.ForeignModel;

/**
 * Weights of other programs, which {@code couplet import} reads. All of the command is done but for
 * the building of the program, which takes a second and sees nothing of the file but its config.
 */
final class ForeignKinds {
  private final Path scratch;

  ForeignKinds(Path scratch) {
    this.scratch = scratch;
  }

  Kind pickle() throws IOException {
    return kind("pickle-network", ofBytes(), "ncsnpp.pkl", "ddpmpp.pkl");
  }

  Kind zip() throws IOException {
    return kind("torch-zip", oneOf(ofBytes(), Containers.inZip(ofBytes())), "ddpmpp.pt", "half.pt");
  }

  Kind stream() throws IOException {
    return kind("torch-stream", ofBytes(), "ddpmpp_stream.pt");
  }

  Kind safetensors() throws IOException {
    return kind("safetensors", ofBytes(), "ddpmpp.safetensors");
  }

  private Kind kind(String name, Damage damage, String... files) throws IOException {
    Path folder = Files.createDirectories(scratch.resolve(name));
    Path file = folder.resolve("weights");
    return new Kind(
        name,
        List.of(files).stream().map(ForeignFiles::get).toList(),
        damage,
        input -> {
          Files.write(file, input.bytes());
          boolean executed = Files.exists(Path.of("executed"));
          return new Kind.Outcome(
              read(file, folder.resolve("checkpoint")),
              executed ? Optional.of("it ran a command") : Optional.empty());
        });
  }

  private static CommandRun read(Path file, Path output) throws IOException {
    AtomicFile.delete(output);
    Files.createDirectories(output);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream err = new PlainStream(new PrintStream(said, true, StandardCharsets.UTF_8));
    int code =
        Guard.run(
            "import",
            err,
            () -> {
              try (ForeignWeights weights = ForeignWeights.open(file, Optional.empty())) {
                ForeignModel model = ForeignModel.of(file, weights, List.of());
                model.writeCheckpoint(output.resolve("step-1"));
                out.writeBytes(ContentHash.of(output).getBytes(StandardCharsets.UTF_8));
                model.notes().forEach(err::println);
              }
              return ExitCode.DONE;
            });
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), said.toString(StandardCharsets.UTF_8));
  }
}
