package org.couplet.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

/**
 * TensorFlow folds constants by recursion on the thread that runs a session: a network fed with
 * constants overflows Java's default stack of 1 MB and ends the process.
 */
@Tag("long")
class DeepNetworkTest {
  // Four levels of twelve blocks, as deep as NCSN++ with attention may be: 3.3 MB of stack.
  private static final SongUNet DEEP =
      new SongUNet(
          8,
          3,
          8,
          List.of(1, 2, 2, 2),
          Collections.nCopies(4, 12),
          Collections.nCopies(4, 0.0),
          List.of(8, 4),
          SongUNet.Embedding.FOURIER,
          2,
          SongUNet.Encoder.RESIDUAL,
          List.of(1.0, 3.0, 3.0, 1.0),
          0);

  /** Evaluates the network; a process of its own, which may crash. */
  public static void main(String[] arguments) {
    List<Evaluation.Input> inputs = new ArrayList<>();
    inputs.add(new Evaluation.Input(Shape.of(1, 8, 8, 3), new float[8 * 8 * 3]));
    inputs.add(new Evaluation.Input(Shape.of(1), 0.5f));
    DEEP.weights()
        .forEach(
            weight ->
                inputs.add(
                    new Evaluation.Input(weight.shape(), new float[(int) weight.shape().size()])));
    List<float[]> results =
        Evaluation.of(
            false,
            inputs,
            (tf, in) ->
                List.of(
                    DEEP.apply(
                        tf,
                        Weights.of(DEEP.weights(), in.subList(2, in.size())),
                        in.get(0),
                        in.get(1),
                        Labels.none(),
                        Dropout.none(),
                        new Execution(Execution.Compiled.POINTWISE, false))));
    System.out.println(results.get(0).length + " values");
  }

  @Test
  void aDeepNetworkFedWithConstantsRunsOnTheStackThatTestsHave()
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xss64m",
                "-cp",
                System.getProperty("java.class.path"),
                DeepNetworkTest.class.getName())
            .redirectErrorStream(true)
            .start();
    try (var lines = process.inputReader()) {
      List<String> printed = lines.lines().toList();
      assertEquals(0, process.waitFor(), String.join("\n", printed));
      assertTrue(printed.contains("192 values"), String.join("\n", printed));
    } finally {
      process.destroyForcibly();
    }
  }
}
