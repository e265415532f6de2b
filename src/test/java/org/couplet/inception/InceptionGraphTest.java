package org.couplet.inception;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.couplet.features.InceptionAssembly;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** What is no Inception graph of 2015, and what the nodes of one become. */
class InceptionGraphTest {
  @TempDir private Path folder = Path.of("");

  private static String small() throws IOException {
    try (InputStream in =
        InceptionGraphTest.class.getResourceAsStream("/frozen/one_convolution.textproto")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    }
  }

  private static byte[] bytes(String text) throws IOException {
    return TextFormat.parse(text, GraphDef.class).toByteArray();
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file"), bytes);
  }

  private static byte[] tar(String name, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (String entry : List.of("./LICENSE", name)) {
        TarArchiveEntry header = new TarArchiveEntry(entry);
        header.setSize(content.length);
        tar.putArchiveEntry(header);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(content);
    }
    return out.toByteArray();
  }

  private static void assertRefused(Path file, String... parts) {
    Path output = file.resolveSibling("output");
    String message =
        String.valueOf(
            assertThrows(InvalidInputException.class, () -> InceptionAssembly.write(file, output))
                .getMessage());
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.startsWith(file + ": "), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    assertFalse(Files.exists(output));
  }

  @Test
  void nodesBecomeThoseOfToday() throws IOException {
    FrozenGraph graph = InceptionGraph.read(file(bytes(small())));
    assertEquals(List.of("norm", "norm", "axis"), graph.inputs(graph.node("mixed_10/join")));
    assertEquals("ConcatV2", graph.node("mixed_10/join").getOp());
    assertEquals("", graph.node("conv/Conv2D").getDevice());
    int[] opened = ConstantNode.ints(graph, graph.input(graph.node("pool_3/_reshape"), 1));
    assertArrayEquals(new int[] {-1, 2048}, opened);
    for (String gone : List.of("ExpandDims", "checked", "again", "mean", "gamma", "shape")) {
      assertFalse(graph.nodes().containsKey(gone), gone);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 0.5, 0.25", "true, 5, 25"})
  void normalisationsBecomePartOfTheConvolution(boolean scaling, float first, float second)
      throws IOException {
    String text =
        small()
            .replace(
                "key: \"scale_after_normalization\" value { b: false",
                "key: \"scale_after_normalization\" value { b: " + scaling);
    FrozenGraph graph = InceptionGraph.read(file(bytes(text)));
    // 1 / sqrt(0 + 4) and 1 / sqrt(12 + 4), times gamma or not. The filter is 1, 2, 3, 3, 3, 3.
    assertArrayEquals(
        new float[] {first, 2 * second, 3 * first, 3 * second, 3 * first, 3 * second},
        ConstantNode.floats(graph, graph.node("filter")));
    assertEquals("BiasAdd", graph.node("norm").getOp());
    assertArrayEquals(
        new float[] {5 - first, 7 + 2 * second},
        ConstantNode.floats(graph, graph.input(graph.node("norm"), 1)));
  }

  @Test
  void theContentTellsAnArchiveFromTheGraph() throws IOException {
    byte[] graph = bytes(small());
    Map<String, NodeDef> expected = InceptionGraph.read(file(graph)).nodes();
    byte[] tar = tar("./classify_image_graph_def.pb", graph);
    assertEquals(expected, InceptionGraph.read(file(tar)).nodes());
    assertEquals(expected, InceptionGraph.read(file(gzip(tar))).nodes());
  }

  @Test
  void whatIsNoGraphIsRefused() throws IOException {
    assertRefused(file("<!DOCTYPE html><html>".getBytes(UTF_8)), "a web page");
    assertRefused(file("hello".getBytes(UTF_8)), "no TensorFlow graph", "fetch it again");
    assertRefused(file(new byte[0]), "no TensorFlow graph");
    byte[] graph = bytes(small());
    assertRefused(file(Arrays.copyOf(graph, graph.length - 20)), "or one that is cut off");
    byte[] archive = gzip(tar("other.pb", graph));
    assertRefused(file(archive), "without classify_image_graph_def.pb", "LICENSE, other.pb");
    assertRefused(file(Arrays.copyOf(archive, archive.length / 2)), "damaged or cut off");
    assertRefused(file(gzip(new byte[] {1, 2, 3})), "it has nothing");
    assertRefused(folder, "is a folder");
  }

  @Test
  void anotherNetworkIsNamed() throws IOException {
    String slim =
        "node { name: 'input' op: 'Placeholder' }"
            + "node { name: 'InceptionV3/Predictions/Reshape_1' op: 'Reshape' }";
    assertRefused(
        file(bytes(slim)),
        "'input' and 'InceptionV3/Predictions/Reshape_1'",
        "without softmax/logits, softmax/logits/MatMul, pool_3/_reshape, pool_3, conv/Conv2D, Mul",
        "tools/fetch-inception.sh");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name: \"pool_3\"|name: \"pool3\"|without pool_3;",
        "int_val: 299|int_val: 256|size is [256, 256], not [299, 299]",
        "float_val: 128|float_val: 127.5|y is [127.5], not [128.0]",
        "float_val: 0.0078125|float_val: 0.0039|z is [0.0039], not [0.0078125]",
        "\"AvgPool\"|\"MaxPool\"|pool_3 is MaxPool, not AvgPool",
        "\"Mul\" input: \"Sub\"|\"Mul\" input: \"y\"|Mul's input is y, not Sub",
        "size: 1008|size: 1001|weights is [2048, 1001], not [2048, 1008]",
        "\"filter\" op: \"Const\"|\"filter\" op: \"VariableV2\"|'filter' is a VariableV2, no constant",
        "\"Concat\"|\"AddN\"|the node 'mixed_10/join' is a AddN, which is not expected there",
        "input: \"axis\"|input: \"axes\"|the node 'axes' is missing",
        "input: \"checked\"|input: \"again\"|'again' depends on itself",
        "input: \"ResizeBilinear:0\"|input: \"ResizeBilinear:1\"|reads a second output",
        "input: \"again\"|input: \"conv/Conv2D\"|'norm' can't become part of 'conv/Conv2D'",
        "\"norm\" op: \"Batch|\"norm\" input: \"Sub\" op: \"Batch|'norm' normalises 'Sub'",
        "key: \"variance_epsilon\"|key: \"epsilon\"|no attribute 'variance_epsilon'",
        "dim { size: 2 } } float_val: 5|dim { size: 3 } } float_val: 5|inputs of 'norm' differ",
        "size: 3 } dim { size: 2 }|size: 2 } dim { size: 3 }|[1, 1, 2, 3], but its normalisation 2",
        "DT_FLOAT tensor_shape { dim { size: 2 } } float_val: 5|DT_HALF|the constant 'beta' should hold 1 values of DT_FLOAT",
        "s: \"VALID\"|s: \"NEITHER\"|TensorFlow refuses the graph",
        "float_val: 7|float_val: 8|pool_3 is [-1, 143, 143, 4], not [-1, 1, 1, 2048]",
      })
  void aGraphThatDiffersIsRefused(String part, String other, String named) throws IOException {
    String text = small();
    assertTrue(text.contains(part), part);
    assertRefused(file(bytes(text.replace(part, other))), named);
  }
}
