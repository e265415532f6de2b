package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.couplet.Bfloat16;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.contract.Signature;
import org.couplet.report.MetricsLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** Training in bfloat16: what is narrow, what is not, and that it trains the same. */
@Tag("long")
class PrecisionTest {
  private static final Set<String> PRODUCTS =
      Set.of(
          "Conv2D",
          "Conv2DBackpropFilter",
          "DepthwiseConv2dNative",
          "DepthwiseConv2dNativeBackpropInput",
          "MatMul",
          "BatchMatMulV3");
  // Attention too, but no more: compiling takes a while.
  private static final String TRAINED =
      SmallExperiments.UNET
          .replace("channel_mult: [1, 2]", "channel_mult: 1")
          .replace("num_blocks: 1", "num_blocks: 1 attn_resolutions: 8")
          .replace("generator_induced { mu: 0.5 }", "independent {}");
  // All that a network may hold: attention, filters of four taps, the residual encoder.
  private static final String UNET =
      SmallExperiments.UNET.replace(
          "num_blocks: 1",
          "num_blocks: 1 attn_resolutions: 4 encoder: RESIDUAL embedding: FOURIER"
              + " resample_filter: [1, 3, 3, 1]");

  private final Path folder;

  PrecisionTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void lossesAreThoseOfFloat32() throws IOException {
    Bfloat16.assumeRight();
    double[] wide = losses(train("FLOAT32", 50, "OFF"));
    double[] narrow = losses(train("BFLOAT16", 50, "POINTWISE"));
    assertEquals(50, narrow.length);
    assertEquals(mean(wide), mean(narrow), 0.02 * mean(wide));
    // They are not the same because of a setting that does nothing.
    assertNotEquals(mean(wide), mean(narrow));
  }

  @Test
  void compiledStepsEqualPlainStepsAndSaveFloat32() throws IOException {
    Bfloat16.assumeRight();
    double[] plain = losses(train("BFLOAT16", 3, "OFF"));
    Path run = train("BFLOAT16", 3, "STEP");
    assertArrayEquals(plain, losses(run), 0.02 * mean(plain));
    Map<String, DataType> types = SavedVariables.names(run.resolve("program"));
    assertEquals(DataType.DT_INT64, types.remove("step"));
    assertEquals(EnumSet.of(DataType.DT_FLOAT), EnumSet.copyOf(types.values()));
    // Restoring asks for these types and fails on others.
    double[] weight =
        SavedVariables.get(SavedVariables.ofRun(run, 3), "enc/8x8_block0/conv0/weight");
    assertNotEquals(bfloat16(weight[0]), weight[0]);
  }

  @Test
  void stepsProductsAreBfloat16AndSamplesFloat32() throws IOException {
    MetaGraphDef program = program("BFLOAT16");
    assertEquals(EnumSet.of(DataType.DT_BFLOAT16), productTypes(step(program)));
    assertEquals(
        EnumSet.of(DataType.DT_FLOAT), productTypes(signature(program, Signature.GENERATE.name())));
    Set<String> products =
        step(program).stream()
            .map(NodeDef::getOp)
            .filter(PRODUCTS::contains)
            .collect(Collectors.toSet());
    assertEquals(PRODUCTS, products);
  }

  @Test
  void float32ProgramsHoldNoBfloat16() throws IOException {
    MetaGraphDef program = program("FLOAT32");
    Stream.concat(program.getGraphDef().getNodeList().stream(), step(program).stream())
        .forEach(node -> assertTrue(types(node).noneMatch(DataType.DT_BFLOAT16::equals)));
    assertTrue(
        step(program).stream()
            .filter(node -> node.getOp().equals("Cast"))
            .noneMatch(node -> node.getAttrOrThrow("SrcT").getType() == DataType.DT_FLOAT));
  }

  private Path train(String precision, int steps, String xla) throws IOException {
    Path run = folder.resolve(precision + xla);
    CommandRun.done(
        "train",
        "--config",
        SmallExperiments.write(folder, TRAINED),
        "--run",
        run,
        "--set",
        "run={steps: " + steps + " batch_size: 4 log_every: 1}",
        "--set",
        "runtime={precision: " + precision + " xla: " + xla + "}");
    return run;
  }

  private MetaGraphDef program(String precision) throws IOException {
    Path output = folder.resolve("program");
    CommandRun.done(
        "build",
        "--config",
        SmallExperiments.write(folder, UNET),
        "--output",
        output,
        "--set",
        "runtime.precision=" + precision);
    try (var in = Files.newInputStream(output.resolve("saved_model.pb"))) {
      return SavedModel.parseFrom(in).getMetaGraphs(0);
    }
  }

  // The step's function and all that it calls, gradients too.
  private static List<NodeDef> step(MetaGraphDef program) {
    FunctionDefLibrary library = program.getGraphDef().getLibrary();
    Map<String, List<NodeDef>> functions = new LinkedHashMap<>();
    library
        .getFunctionList()
        .forEach(
            function ->
                functions.put(function.getSignature().getName(), function.getNodeDefList()));
    Map<String, String> gradients = new LinkedHashMap<>();
    library
        .getGradientList()
        .forEach(gradient -> gradients.put(gradient.getFunctionName(), gradient.getGradientFunc()));
    Deque<String> open = new ArrayDeque<>();
    functions.keySet().stream().filter(name -> name.startsWith("train_step")).forEach(open::push);
    Map<String, List<NodeDef>> found = new LinkedHashMap<>();
    while (!open.isEmpty()) {
      String name = open.pop();
      if (found.containsKey(name)) {
        continue;
      }
      List<NodeDef> nodes = functions.getOrDefault(name, List.of());
      found.put(name, nodes);
      for (NodeDef node : nodes) {
        for (AttrValue value : node.getAttrMap().values()) {
          if (value.getValueCase() == AttrValue.ValueCase.FUNC) {
            String called = value.getFunc().getName();
            open.push(
                node.getOp().equals("SymbolicGradient")
                    ? gradients.getOrDefault(called, called)
                    : called);
          }
        }
      }
    }
    return found.values().stream().flatMap(List::stream).toList();
  }

  private static Set<DataType> productTypes(List<NodeDef> nodes) {
    return nodes.stream()
        .filter(node -> PRODUCTS.contains(node.getOp()))
        .flatMap(PrecisionTest::types)
        .collect(Collectors.toSet());
  }

  private static Stream<DataType> types(NodeDef node) {
    return node.getAttrMap().values().stream()
        .filter(value -> value.getValueCase() == AttrValue.ValueCase.TYPE)
        .map(AttrValue::getType);
  }

  /** The nodes that a signature's outputs depend on. */
  private static List<NodeDef> signature(MetaGraphDef program, String name) {
    Map<String, NodeDef> nodes =
        program.getGraphDef().getNodeList().stream()
            .collect(Collectors.toMap(NodeDef::getName, node -> node));
    Deque<String> open = new ArrayDeque<>();
    program
        .getSignatureDefOrThrow(name)
        .getOutputsMap()
        .values()
        .forEach(output -> open.push(output.getName()));
    Map<String, NodeDef> found = new LinkedHashMap<>();
    while (!open.isEmpty()) {
      String node = open.pop().replaceFirst("^\\^", "").replaceFirst(":.*", "");
      if (found.putIfAbsent(node, Objects.requireNonNull(nodes.get(node))) == null) {
        found.get(node).getInputList().forEach(open::push);
      }
    }
    return List.copyOf(found.values());
  }

  private static double[] losses(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .mapToDouble(line -> Objects.requireNonNull(line.get("loss")))
        .toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  // The nearest of the numbers of 8 bits, but for ties.
  private static float bfloat16(double value) {
    return Float.intBitsToFloat((Float.floatToIntBits((float) value) + 0x8000) & 0xffff0000);
  }
}
