package org.couplet.fuzz;

import static org.couplet.fuzz.Damage.ofBytes;
import static org.couplet.fuzz.Damage.oneOf;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.couplet.CommandRun;
import org.couplet.ForeignFeatures;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.contract.Contract;
import org.couplet.io.AtomicFile;
import org.couplet.io.ContentHash;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** Graphs that TensorFlow runs. */
final class ModelKinds {
  private static final String FILE = "saved_model.pb";

  private final Path scratch;

  ModelKinds(Path scratch) {
    this.scratch = scratch;
  }

  /** An export, which {@code couplet sample} loads. */
  Kind export() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("export"));
    Path run = folder.resolve("run");
    Path model = folder.resolve("model");
    Path output = folder.resolve("out").resolve("samples.npz");
    Files.createDirectories(output.resolveSibling(""));
    if (!Files.exists(run)) {
      Path config = SmallExperiments.write(folder, RunKinds.CONFIG);
      CommandRun.done("train", "--config", config, "--run", run);
    }
    AtomicFile.delete(model);
    CommandRun.done("export", "--run", run, "--output", model);
    byte[] sound = Files.readAllBytes(model.resolve(FILE));
    Path digest = model.resolve(Contract.EXTRA_FOLDER).resolve(Contract.DIGEST_FILE);
    String fitting = Files.readString(digest);
    return new Kind(
        "savedmodel",
        List.of(sound),
        ofMessages(SavedModel.getDefaultInstance()),
        input -> {
          Files.writeString(digest, fitting);
          write(model, input);
          Files.deleteIfExists(output);
          CommandRun sampled =
              CommandRun.of("sample", "--model", model, "--count", 2, "--output", output);
          boolean silent =
              sampled.code() == ExitCode.DONE
                  && !input.isCoherent()
                  && !Arrays.equals(input.bytes(), sound);
          return new Kind.Outcome(
              sampled, silent ? Optional.of("the digest was not compared") : half(sampled, output));
        });
  }

  /** Writes a feature network of others, with the signature embed. */
  static void writeFeatures(Path model) throws IOException {
    ForeignFeatures.write(
        model,
        Shape.of(-1, -1, -1, 3),
        (tf, images) ->
            tf.math.mean(
                tf.nn.conv2d(
                    images,
                    tf.fill(tf.constant(new int[] {3, 3, 3, 4}), tf.constant(0.1f)),
                    List.of(1L, 1L, 1L, 1L),
                    "SAME"),
                tf.constant(new int[] {1, 2})));
  }

  /** Writes pictures into a folder of their own. */
  static Path writeImages(Path folder, int count) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (int i = 1; i <= count; i++) {
      Files.write(images.resolve(i + ".png"), Pictures.png(i));
    }
    return images;
  }

  /** A feature network of others. */
  Kind features() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("features"));
    Path model = folder.resolve("model");
    writeFeatures(model);
    byte[] sound = Files.readAllBytes(model.resolve(FILE));
    Path images = writeImages(folder, 8);
    return new Kind(
        "features",
        List.of(sound),
        ofMessages(SavedModel.getDefaultInstance()),
        input -> {
          Files.write(model.resolve(FILE), input.bytes());
          CommandRun run =
              CommandRun.of(
                  "fid",
                  "--generated",
                  images,
                  "--reference",
                  images,
                  "--inception",
                  model,
                  "--signature",
                  "embed");
          return new Kind.Outcome(run, Optional.empty());
        });
  }

  /** A frozen graph, which {@code couplet inception} takes apart before TensorFlow sees it. */
  Kind frozen() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("frozen"));
    Path file = folder.resolve("graph.pb");
    Path output = folder.resolve("out");
    GraphDef.Builder graph = GraphDef.newBuilder();
    for (String op : List.of("DecodeJpeg", "Cast", "ExpandDims", "ResizeBilinear", "Sub", "Mul")) {
      graph.addNode(NodeDef.newBuilder().setName(op).setOp(op).addInput("Cast"));
    }
    return new Kind(
        "frozen",
        List.of(graph.build().toByteArray()),
        // The whole one has 95 MB.
        ExitCode.BAD_INPUT,
        ofMessages(GraphDef.getDefaultInstance()),
        input -> {
          Files.write(file, input.bytes());
          CommandRun run = CommandRun.of("inception", "--from", file, "--output", output);
          return new Kind.Outcome(run, half(run, output));
        });
  }

  static Optional<String> half(CommandRun run, Path output) throws IOException {
    if ((run.code() == ExitCode.DONE) != Files.exists(output)) {
      return Optional.of("the output " + (Files.exists(output) ? "exists" : "is missing"));
    }
    try (var beside = Files.list(output.toAbsolutePath().resolveSibling(""))) {
      return beside
          .filter(path -> path.getFileName().toString().endsWith(".partial"))
          .findFirst()
          .map(path -> "half an output is left: " + path.getFileName());
    }
  }

  /** Puts a graph where a SavedModel has it; only what is coherent gets a digest that fits. */
  static void write(Path model, Damage.Damaged graph) throws IOException {
    Files.write(model.resolve(FILE), graph.bytes());
    if (graph.isCoherent()) {
      Files.writeString(
          model.resolve(Contract.EXTRA_FOLDER).resolve(Contract.DIGEST_FILE),
          ContentHash.of(Stream.of(graph.bytes())));
    }
  }

  /** Of bytes, with and without checksums that fit, and of the fields of a message. */
  static Damage ofMessages(Message form) {
    return oneOf(
        ofBytes(),
        ofBytes().repaired(bytes -> bytes),
        (sound, other, random) -> {
          Message message = form.getParserForType().parseFrom(sound);
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
          // Maps in order: a seed makes the same bytes each time.
          coded.useDeterministicSerialization();
          MessageMutator.mutate(message, random).writeTo(coded);
          coded.flush();
          return new Damage.Damaged(bytes.toByteArray(), true);
        });
  }
}
