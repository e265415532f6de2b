package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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
    return kind("pickle-network", false, sound("ncsnpp.pkl", "ddpmpp.pkl"), ofBytes());
  }

  // Packed by Java: PyTorch's own zips Java can't read as a stream, which damaging the inside
  // needs.
  Kind zip() throws IOException {
    List<byte[]> sound = new ArrayList<>();
    for (String name : List.of("ddpmpp.pt", "half.pt")) {
      Path original = Files.write(scratch.resolve(name), ForeignFiles.get(name));
      Map<String, byte[]> files = new LinkedHashMap<>();
      try (ZipFile zip = new ZipFile(original.toFile())) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          files.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
        }
      }
      sound.add(Containers.zip(files, true));
    }
    return kind("torch-zip", true, sound, oneOf(ofBytes(), Containers.inZip(ofBytes())));
  }

  Kind stream() throws IOException {
    return kind("torch-stream", false, sound("ddpmpp_stream.pt"), ofBytes());
  }

  Kind safetensors() throws IOException {
    return kind("safetensors", false, sound("ddpmpp.safetensors"), ofBytes());
  }

  private static List<byte[]> sound(String... names) {
    return Stream.of(names).map(ForeignFiles::get).toList();
  }

  // Sound files of a kind with checksums all hold the same values.
  private Kind kind(String name, boolean checksums, List<byte[]> sound, Damage damage)
      throws IOException {
    Path folder = Files.createDirectories(scratch.resolve(name));
    Path file = folder.resolve("weights");
    Path output = folder.resolve("checkpoint");
    Files.write(file, sound.get(0));
    String expected = read(file, output).out();
    return new Kind(
        name,
        sound,
        damage,
        input -> {
          Files.write(file, input.bytes());
          CommandRun run = read(file, output);
          boolean other = run.code() == ExitCode.DONE && !run.out().equals(expected);
          return new Kind.Outcome(
              run,
              checksums && other && !input.isCoherent()
                  ? Optional.of("other weights in silence")
                  : Optional.empty());
        });
  }

  private static CommandRun read(Path file, Path output) throws IOException {
    AtomicFile.delete(output);
    Files.createDirectories(output);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream err = PlainStream.ofMessages(new PrintStream(said, true, StandardCharsets.UTF_8));
    int code =
        Guard.run(
            "import",
            err,
            () -> {
              try (ForeignWeights weights = ForeignWeights.open(file, Optional.empty())) {
                ForeignModel model = ForeignModel.of(file, weights, List.of());
                model.writeCheckpoint(output.resolve("step-1"), () -> {});
                out.writeBytes(ContentHash.of(output).getBytes(StandardCharsets.UTF_8));
                model.notes().forEach(err::println);
              }
              return ExitCode.DONE;
            });
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), said.toString(StandardCharsets.UTF_8));
  }
}
