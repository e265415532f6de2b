package org.couplet.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.SmallExperiments;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.ExperimentFile;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** On the programs that this project writes. */
@Tag("long")
class ProgramKernelsTest {
  // One level: 3 -> 16, a block, two at the bottom with attention, two that take skips, 16 -> 3.
  private static final String TINY =
      SmallExperiments.UNET
          .replace("channel_mult: [1, 2]", "channel_mult: [1]")
          .replace("resolution: 8 ", "resolution: 24 ")
          .replace("generator_induced { mu: 0.5 }", "independent {}");

  // Of the network's passes forward, in order of appearance; N is the batch.
  private static final List<String> FORWARD =
      List.of(
          "Conv2D float32 [N,24,24,3] x [3,3,3,16] stride 1 SAME",
          "Conv2D float32 [N,24,24,16] x [3,3,16,16] stride 1 SAME",
          "Conv2D float32 [N,24,24,16] x [1,1,16,16] stride 1 SAME",
          "Conv2D float32 [N,24,24,32] x [3,3,32,16] stride 1 SAME",
          "Conv2D float32 [N,24,24,32] x [1,1,32,16] stride 1 SAME",
          "Conv2D float32 [N,24,24,16] x [3,3,16,3] stride 1 SAME");

  // A gradient by the image is a convolution with the mirrored filter, some as above.
  private static final List<String> BACKWARD =
      List.of(
          "Conv2D float32 [N,24,24,16] x [1,1,16,32] stride 1 SAME",
          "Conv2D float32 [N,24,24,16] x [3,3,16,32] stride 1 SAME",
          "Conv2DBackpropFilter float32 [N,24,24,16] x [N,24,24,16] to [1,1,16,16] stride 1 SAME",
          "Conv2DBackpropFilter float32 [N,24,24,16] x [N,24,24,16] to [3,3,16,16] stride 1 SAME",
          "Conv2DBackpropFilter float32 [N,24,24,16] x [N,24,24,3] to [3,3,16,3] stride 1 SAME",
          "Conv2DBackpropFilter float32 [N,24,24,3] x [N,24,24,16] to [3,3,3,16] stride 1 SAME",
          "Conv2DBackpropFilter float32 [N,24,24,32] x [N,24,24,16] to [1,1,32,16] stride 1 SAME",
          "Conv2DBackpropFilter float32 [N,24,24,32] x [N,24,24,16] to [3,3,32,16] stride 1 SAME");

  private final Path folder;

  ProgramKernelsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void samplingConvolvesImagesOfTheGivenBatch() throws IOException {
    ProgramKernels found = ProgramKernels.of(program(TINY), List.of("generate"), 5);
    assertEquals(batch(5, FORWARD), convolutions(found));
    // Queries, keys and values of 5 x 576 pixels, and their products.
    assertTrue(lines(found).contains("MatMul float32 [2880,16] x [16,48]"));
    assertTrue(lines(found).contains("BatchMatMulV3 float32 [5,576,16] x [5,576,16] transposed B"));
    assertTrue(lines(found).contains("Sum float32 [5,576,16] axes 1 kept"));
    assertEquals(0, found.unchecked());
  }

  @ParameterizedTest
  @CsvSource({
    "runtime.xla=OFF, 4",
    "runtime.xla=POINTWISE, 4",
    "runtime.remat=true, 4",
    "optimizer.accumulate=2, 2"
  })
  void aStepConvolvesForwardAndBackward(String setting, long rows) throws IOException {
    ProgramKernels found = ProgramKernels.of(program(TINY, setting), List.of("train"), 1);
    List<String> expected = new ArrayList<>(batch(rows, FORWARD));
    expected.addAll(batch(rows, BACKWARD));
    // In a step filters of one pixel are products of matrices.
    expected.removeIf(line -> line.contains("[1,1,"));
    assertEquals(
        expected.stream().sorted().toList(), convolutions(found).stream().sorted().toList());
    assertEquals(0, found.unchecked(), found.example().orElse(""));
    assertEquals(0, found.compiled());
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void winogradsProductsOfMatricesAreFound(boolean remat) throws IOException {
    MetaGraphDef program =
        program(SmallExperiments.WIDE_UNET, "runtime.xla=WINOGRAD", "runtime.remat=" + remat);
    ProgramKernels found = ProgramKernels.of(program, List.of("train"), 1);
    // 32 images of 2 x 2 tiles, and 16 of the rows that are chosen for the generator's pairs.
    assertTrue(lines(found).contains("MatMul float32 [128,96] x [96,96]"));
    assertTrue(lines(found).contains("MatMul float32 [64,96] x [96,96]"));
    assertTrue(lines(found).contains("MatMul float32 [128,96] x [96,96] transposed B"));
    assertTrue(lines(found).contains("MatMul float32 [128,96] x [128,96] transposed A"));
    assertEquals(0, found.unchecked(), found.example().orElse(""));
  }

  @Test
  void whatXlaCompilesIsLeftOut() throws IOException {
    ProgramKernels found =
        ProgramKernels.of(program(TINY, "runtime.xla=STEP"), List.of("train"), 1);
    assertEquals(List.of(), found.calls());
    assertTrue(found.compiled() > FORWARD.size() + BACKWARD.size());
    assertEquals(0, found.unchecked());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everySignatureIsKnown(boolean adm) throws IOException {
    MetaGraphDef program = program(adm ? SmallExperiments.ADM : SmallExperiments.UNET);
    for (String signature : program.getSignatureDefMap().keySet()) {
      ProgramKernels found = ProgramKernels.of(program, List.of(signature), 3);
      assertEquals(Optional.empty(), found.example(), signature);
    }
  }

  // The shortcuts are right: without them every shape is TensorFlow's.
  @ParameterizedTest
  @CsvSource({"OFF", "WINOGRAD"})
  void allShapesAreThoseThatTensorFlowInfers(String xla) throws IOException {
    MetaGraphDef program = program(SmallExperiments.UNET, "runtime.xla=" + xla);
    try (ProgramWalk walk = new ProgramWalk(program.getGraphDef(), true, call -> {})) {
      walk.run(program.getSignatureDefOrThrow("train"), 3);
      assertEquals(walk.found(), ProgramKernels.of(program, List.of("train"), 3));
    }
  }

  @Test
  void linesIdentifyCalls() throws IOException {
    List<String> lines =
        lines(ProgramKernels.of(program(SmallExperiments.UNET), List.of("train"), 1));
    assertEquals(lines.size(), lines.stream().distinct().count());
    assertTrue(lines.contains("Conv2D float32 [4,8,8,32] x [4,4,32,32] stride 2 SAME"));
  }

  @Test
  void aMissingSignatureIsRefused() throws IOException {
    MetaGraphDef program = program(SmallExperiments.GAUSSIANS);
    InvalidInputException error =
        assertThrows(
            InvalidInputException.class, () -> ProgramKernels.of(program, List.of("training"), 1));
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains("training"), message);
    assertTrue(message.contains("progress, range"), message);
  }

  private static List<String> batch(long rows, List<String> lines) {
    return lines.stream().map(line -> line.replace("[N,", "[" + rows + ",")).toList();
  }

  private static List<String> lines(ProgramKernels kernels) {
    return kernels.calls().stream().map(KernelCall::describe).toList();
  }

  private static List<String> convolutions(ProgramKernels kernels) {
    return kernels.calls().stream()
        .filter(KernelCall::isConvolution)
        .map(KernelCall::describe)
        .toList();
  }

  private MetaGraphDef program(String text, String... settings) throws IOException {
    Path model = folder.resolve("model");
    TrainingAssembly.write(ExperimentFile.parse("experiment", text, List.of(settings)), model);
    return SavedModel.parseFrom(Files.readAllBytes(model.resolve("saved_model.pb")))
        .getMetaGraphs(0);
  }
}
