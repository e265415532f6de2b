package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.CommandProcess;
import org.couplet.ForeignFeatures;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.graph.GraphFunction;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Commands in processes of their own, which have Java's default stack and may crash. */
@Tag("long")
class DeepGraphTest {
  // They take 8 MB of stack.
  private static final int CALLS = 1000;

  private static final String NCSNPP =
      """
      name: "deep"
      dataset { procedural { resolution: 8 count: 50 } }
      network {
        song_unet {
          model_channels: 8 channel_mult: [1, 2, 2, 2] num_blocks: 12 attn_resolutions: [8, 4]
          embedding: FOURIER channel_mult_noise: 2 encoder: RESIDUAL resample_filter: [1, 3, 3, 1]
        }
      }
      consistency { levels { exponential { s0: 2 s1: 8 } } }
      run { steps: 1 batch_size: 2 }
      evaluation { sample_every: 0 }
      """;

  private final Path folder;

  DeepGraphTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private void assertDone(Object... arguments) throws IOException, InterruptedException {
    Path words = folder.resolve("words");
    Map<String, String> cache = Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString());
    Process process = CommandProcess.start(words, cache, arguments);
    try {
      assertEquals(ExitCode.DONE, process.waitFor(), () -> arguments[0] + ": " + said(words));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String said(Path words) {
    try {
      return Files.readString(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without a stack of its own for it, TensorFlow ends the process here. */
  @Test
  @Timeout(120)
  void aLongChainOfConstantsDoesNotEndTheProcess() throws IOException, InterruptedException {
    Path network = folder.resolve("network");
    ForeignFeatures.write(network, Shape.of(-1, 8, 8, 3), DeepGraphTest::plusChain);
    assertDone(
        "fid",
        "--reference",
        images(folder),
        "--inception",
        network,
        "--signature",
        "embed",
        "--save-stats",
        folder.resolve("saved.npz"));
  }

  @Test
  @Timeout(900)
  @EnabledIfSystemProperty(
      named = "couplet.deep",
      matches = "true",
      disabledReason = "takes minutes")
  void twelveBlocksOnEachOfFourLevelsTrainAndServe() throws IOException, InterruptedException {
    Path config = SmallExperiments.write(folder, NCSNPP);
    Path program = folder.resolve("program");
    Path run = folder.resolve("run");
    Path export = folder.resolve("export");
    assertDone("build", "--config", config, "--output", program);
    assertDone("train", "--model", program, "--run", run);
    assertDone("sample", "--run", run, "--count", 2, "--output", folder.resolve("grid.png"));
    assertDone("export", "--run", run, "--output", export);
    Shape images = Shape.of(2, 8, 8, 3);
    try (SavedModelBundle bundle = SavedModelBundle.load(export.toString(), "serve");
        TFloat32 noise = TFloat32.tensorOf(images);
        var outputs = bundle.function("serving_default").call(Map.of("noise", noise))) {
      assertEquals(images, outputs.get("images").orElseThrow().shape());
    }
  }

  // The mean of each colour, and what TensorFlow folds into a constant: calls in a row.
  private static Operand<TFloat32> plusChain(Ops tf, Operand<TFloat32> images) {
    GraphFunction.InGraph link =
        GraphFunction.define(
                "link",
                List.of(new GraphFunction.Argument(TFloat32.class, Shape.of(3))),
                (inner, in) ->
                    List.of(inner.math.add(GraphFunction.floats(in).get(0), inner.constant(1f))))
            .addTo(tf, true);
    Operand<TFloat32> chain = tf.constant(new float[3]);
    for (int i = 0; i < CALLS; i++) {
      chain = GraphFunction.floats(link.call(tf, List.of(chain))).get(0);
    }
    return tf.math.add(tf.math.mean(images, tf.constant(new int[] {1, 2})), chain);
  }

  private static Path images(Path folder) throws IOException {
    Path file = folder.resolve("images.npy");
    try (NpyWriter out = new NpyWriter(file, Shape.of(8, 8, 3))) {
      for (int i = 0; i < 8; i++) {
        byte[] pixels = new byte[8 * 8 * 3];
        pixels[i] = (byte) 200;
        out.write(pixels);
      }
    }
    return file;
  }
}
