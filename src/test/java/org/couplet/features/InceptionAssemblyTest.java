package org.couplet.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.couplet.contract.Contract;
import org.couplet.inception.FrozenInception;
import org.couplet.program.FeatureProgram;
import org.couplet.program.Floats;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** The imported network beside the graph as published, which TensorFlow still runs unaltered. */
@Tag("long")
class InceptionAssemblyTest {
  private static final double CLOSE = 1e-4;

  private static Path folder = Path.of("");
  private static Graph published = new Graph();
  private static Session reference = new Session(published);
  private static SavedModelBundle imported;

  @BeforeAll
  static void load(@TempDir Path temporary) throws IOException {
    GraphDef graph = FrozenInception.graph(1);
    folder = temporary;
    Files.write(folder.resolve("frozen.pb"), graph.toByteArray());
    InceptionAssembly.write(folder.resolve("frozen.pb"), folder.resolve("inception"));
    published.importGraphDef(graph);
    imported = SavedModelBundle.load(folder.resolve("inception").toString(), Contract.SERVE_TAG);
  }

  @AfterAll
  static void close() {
    imported.close();
    reference.close();
    published.close();
  }

  // Of a signature, its outputs in this order.
  private static List<float[]> run(
      String signature, Shape shape, byte[] pixels, String... outputs) {
    SignatureDef definition = imported.metaGraphDef().getSignatureDefOrThrow(signature);
    try (TUint8 images = TUint8.tensorOf(shape)) {
      images.asRawTensor().data().write(pixels);
      Session.Runner runner =
          imported
              .session()
              .runner()
              .feed(definition.getInputsOrThrow(Contract.IMAGES).getName(), images);
      for (String output : outputs) {
        runner.fetch(definition.getOutputsOrThrow(output).getName());
      }
      return values(runner);
    }
  }

  private static float[] features(Shape shape, byte[] pixels) {
    return run(Contract.FEATURES, shape, pixels, Contract.FEATURES).get(0);
  }

  // Of one image [1, h, w, 3] by the graph as it is published.
  private static List<float[]> published(Shape shape, byte[] pixels, String... nodes) {
    try (TFloat32 image = TFloat32.tensorOf(shape)) {
      float[] floats = new float[pixels.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = Byte.toUnsignedInt(pixels[i]);
      }
      image.asRawTensor().data().asFloats().write(floats);
      Session.Runner runner = reference.runner().feed("ExpandDims", image);
      for (String node : nodes) {
        runner.fetch(node);
      }
      return values(runner);
    }
  }

  private static List<float[]> values(Session.Runner runner) {
    try (Result result = runner.run()) {
      List<float[]> values = new ArrayList<>();
      result.forEach(entry -> values.add(Floats.of((TFloat32) entry.getValue())));
      return values;
    }
  }

  private static byte[] pixels(Shape shape) {
    byte[] pixels = new byte[(int) shape.size()];
    new Random(7).nextBytes(pixels);
    return pixels;
  }

  // Relative to the largest value.
  private static void assertClose(float[] expected, float[] actual) {
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertTrue(largest > 0.1 && largest < 10, "values of order 1: " + largest);
    assertArrayEquals(expected, actual, (float) (CLOSE * largest));
  }

  @ParameterizedTest
  @CsvSource({"32,32,3", "299,299,2", "100,64,2"})
  void computesWhatThePublishedGraphDoes(int height, int width, int rows) {
    Shape shape = Shape.of(rows, height, width, 3);
    byte[] pixels = pixels(shape);
    List<float[]> actual =
        run(
            Contract.LOGITS,
            shape,
            pixels,
            Contract.FEATURES,
            Contract.LOGITS_UNBIASED,
            Contract.LOGITS);
    int size = height * width * 3;
    for (int row = 0; row < rows; row++) {
      List<float[]> expected =
          published(
              Shape.of(1, height, width, 3),
              Arrays.copyOfRange(pixels, row * size, (row + 1) * size),
              "pool_3",
              "softmax/logits/MatMul",
              "softmax/logits");
      for (int i = 0; i < expected.size(); i++) {
        int length = expected.get(i).length;
        assertEquals(i == 0 ? 2048 : 1008, length);
        assertClose(
            expected.get(i), Arrays.copyOfRange(actual.get(i), row * length, (row + 1) * length));
      }
    }
  }

  @Test
  void agreesWithAnotherImplementation() {
    byte[] pixels = new byte[2 * 13 * 40 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * i / 7);
    }
    float[] features = features(Shape.of(2, 13, 40, 3), pixels);
    float[] largest = new float[8];
    for (int i = 0; i < features.length; i++) {
      largest[i / 512] = Math.max(largest[i / 512], features[i]);
    }
    // The network of tools/peer/inception.py in PyTorch 1.13, with the same weights.
    assertArrayEquals(
        new float[] {
          1.69810f, 1.78125f, 1.61999f, 2.35579f, 1.69913f, 1.78422f, 1.62181f, 2.35896f
        },
        largest,
        2e-4f,
        Arrays.toString(largest));
  }

  @Test
  void hasTheMapsAndWeightsOfInception() {
    // Those of Szegedy et al. 2015, table 1, and of torchvision's and Keras' Inception-v3.
    int[][] joins = {
      {35, 256}, {35, 288}, {35, 288}, {17, 768}, {17, 768}, {17, 768}, {17, 768}, {17, 768},
      {8, 1280}, {8, 2048}, {8, 2048}
    };
    for (int i = 0; i < joins.length; i++) {
      String name = (i == 0 ? "mixed" : "mixed_" + i) + "/join";
      String size = joins[i][0] + ", " + joins[i][0] + ", " + joins[i][1] + "]";
      assertEquals("[1, " + size, shape(published, name).toString(), name);
      assertEquals("[-1, " + size, shape(imported.graph(), name).toString(), name);
    }
    assertEquals(21_751_136, weights("/conv2d_params"));
    assertEquals(17_216, weights("/batchnorm/bias"));
  }

  private static Shape shape(Graph graph, String name) {
    return graph.operationOrThrow(name).output(0).shape();
  }

  private static long weights(String kind) {
    return nodes(imported.metaGraphDef().getGraphDef(), "Const")
        .filter(node -> node.getName().endsWith(kind))
        .mapToLong(node -> shape(imported.graph(), node.getName()).size())
        .sum();
  }

  private static Stream<NodeDef> nodes(GraphDef graph, String... kinds) {
    return graph.getNodeList().stream().filter(node -> List.of(kinds).contains(node.getOp()));
  }

  @Test
  void holdsNothingOfOldAndNothingTooMuch() {
    GraphDef graph = imported.metaGraphDef().getGraphDef();
    assertEquals(
        List.of(),
        nodes(graph, "BatchNormWithGlobalNormalization", "CheckNumerics", "Identity", "Concat")
            .toList());
    assertEquals(94, nodes(graph, "Conv2D").count());
    assertEquals(95, nodes(graph, "BiasAdd").count());
    assertEquals(0, nodes(graph, "DecodeJpeg", "Softmax").count());
    assertTrue(graph.getVersions().getProducer() > 1000);
  }

  @Test
  void imagesOfABatchDoNotInfluenceEachOther() {
    byte[] pixels = pixels(Shape.of(3, 32, 32, 3));
    float[] together = features(Shape.of(3, 32, 32, 3), pixels);
    float[] alone = features(Shape.of(1, 32, 32, 3), Arrays.copyOfRange(pixels, 3072, 6144));
    assertClose(alone, Arrays.copyOfRange(together, 2048, 4096));
    // Another image has other features.
    float[] other = Arrays.copyOfRange(together, 4096, 6144);
    assertThrows(AssertionError.class, () -> assertClose(alone, other));
  }

  @Test
  void featuresOfGreyAreThoseOfEqualColours() {
    byte[] grey = pixels(Shape.of(2, 20, 30, 1));
    byte[] coloured = new byte[3 * grey.length];
    for (int i = 0; i < coloured.length; i++) {
      coloured[i] = grey[i / 3];
    }
    assertClose(features(Shape.of(2, 20, 30, 3), coloured), features(Shape.of(2, 20, 30, 1), grey));
  }

  @Test
  void bothSignaturesHaveTheSameFeatures() {
    Shape shape = Shape.of(2, 32, 32, 3);
    byte[] pixels = pixels(shape);
    assertArrayEquals(
        features(shape, pixels), run(Contract.LOGITS, shape, pixels, Contract.FEATURES).get(0));
  }

  @Test
  void aSecondImportMakesTheSameBytes() throws IOException {
    InceptionAssembly.write(folder.resolve("frozen.pb"), folder.resolve("again"));
    for (String file : List.of("saved_model.pb", "assets.extra/couplet_version")) {
      assertEquals(
          -1,
          Files.mismatch(
              folder.resolve("inception").resolve(file), folder.resolve("again").resolve(file)),
          file);
    }
  }

  @Test
  void isAFeatureNetworkForAnyProgram() throws IOException {
    try (FeatureProgram program = FeatureProgram.load(folder.resolve("inception"), 1)) {
      assertEquals(2048, program.dimension());
    }
  }
}
