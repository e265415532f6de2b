package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.network.Reference;
import org.couplet.program.Floats;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Published networks of full size against PyTorch in float64. The folder that {@code
 * tools/reference/foreign.py --full} has filled is named by the system property {@code
 * couplet.full}; without it the test is skipped.
 */
@Tag("long")
class FullSizeWeightsTest {
  private static final double NEAR = 1e-5;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({"edm_cifar10_ddpmpp, 32", "edm_cifar10_ncsnpp, 32", "adm_imagenet64, 64"})
  void anImportedNetworkComputesWhatPyTorchDoes(String name, int size) throws IOException {
    String given = System.getProperty("couplet.full", "");
    assumeTrue(!given.isEmpty(), "-Dcouplet.full=DIR names no folder of foreign.py --full");
    Path run = folder.resolve("run");
    Path export = folder.resolve("export");
    CommandRun.done(
        "import",
        "--from",
        Path.of(given, name + ".pkl"),
        "--output",
        run,
        "--set",
        "runtime.xla=OFF");
    CommandRun.done("export", "--run", run, "--output", export);
    Map<String, Npz.Array> arrays = Npz.read(Path.of(given, name + ".npz"));
    Reference expected = new Reference(arrays);
    try (SavedModelBundle bundle = SavedModelBundle.load(export.toString(), "serve");
        TFloat32 points = TFloat32.tensorOf(Shape.of(2, size, size, 3));
        TFloat32 sigma = TFloat32.vectorOf(expected.values("sigma"));
        TInt32 labels = TInt32.vectorOf(Npz.get(arrays, "classes").ints())) {
      points.asRawTensor().data().asFloats().write(expected.values("x"));
      Map<String, Tensor> inputs = new HashMap<>(Map.of("points", points, "sigma", sigma));
      if (name.startsWith("adm")) {
        inputs.put("labels", labels);
      }
      try (Result result = bundle.function("serving_default").call(inputs)) {
        float[] found = Floats.of((TFloat32) result.get("x_hat").orElseThrow());
        double off = difference(expected.values("d"), found);
        System.out.printf("%s: the largest difference is %.1e of the largest value%n", name, off);
        assertTrue(off <= NEAR, name + ": " + off);
      }
    }
  }

  // The largest difference over the largest value.
  private static double difference(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) expected[i] - found[i]));
    }
    return difference / largest;
  }
}
