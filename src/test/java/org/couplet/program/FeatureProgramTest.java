package org.couplet.program;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.ForeignFeatures;
import org.couplet.SmallExperiments;
import org.couplet.assembly.InferenceAssembly;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TUint8;

class FeatureProgramTest {
  @Test
  void givesARowOfFeaturesForEachImage(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("features");
    RandomFeaturesAssembly.write(model);
    try (FeatureProgram program = FeatureProgram.load(model, 1);
        TUint8 images = TUint8.tensorOf(Shape.of(3, 8, 8, 3))) {
      assertEquals(368, program.dimension());
      assertEquals(3 * 368, program.features(images).length);
    }
  }

  @Test
  void aModelWithoutTheSignatureIsRefusedByName(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("features");
    RandomFeaturesAssembly.write(model);
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> FeatureProgram.load(model, "other", 1));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.startsWith(model + ": "), message);
    assertTrue(message.contains("no signature 'other' (it has features)"), message);
  }

  @Test
  void aModelWithoutWeightsIsRefused(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("export");
    Path text = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    InferenceAssembly.write(
        ExperimentFile.load(text, List.of()), RuntimeConfig.getDefaultInstance(), false, model);
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> FeatureProgram.load(model, 1));
    assertEquals(
        model.resolve("variables/variables.index")
            + ": no such file, so the SavedModel has no weights; export it again, or copy its"
            + " whole folder",
        refusal.getMessage());
  }

  @Test
  void anEmptyFolderIsRefused(@TempDir Path folder) {
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> FeatureProgram.load(folder, 1));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(folder + ": no feature network"));
  }

  @Test
  void anotherProgramsNetworkIsTakenByItsSignature(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("foreign");
    writeMeans(model);
    try (FeatureProgram program = FeatureProgram.load(model, "embed", 1);
        TUint8 images = TUint8.tensorOf(Shape.of(2, 2, 2, 3))) {
      byte[] pixels = new byte[24];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (i * 10);
      }
      images.asRawTensor().data().write(pixels);
      assertEquals(3, program.dimension());
      assertEquals(0, program.classes());
      // Means over the four pixels of 0, 10, 20, ...: 45, 55, 65 and 120 more, as 0..255.
      assertArrayEquals(new float[] {45, 55, 65, 165, 175, 185}, program.features(images), 1e-4f);
    }
  }

  @Test
  void aSignatureOfATensorThatItsOperationLacksIsRefused(@TempDir Path folder) throws Exception {
    writeMeans(folder);
    Path file = folder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    SignatureDef signature = model.getMetaGraphs(0).getSignatureDefOrThrow("embed");
    TensorInfo input = signature.getInputsOrThrow("pixels");
    TensorInfo beyond = input.toBuilder().setName(input.getName().replace(":0", ":8")).build();
    model
        .getMetaGraphsBuilder(0)
        .putSignatureDef("embed", signature.toBuilder().putInputs("pixels", beyond).build());
    Files.write(file, model.build().toByteArray());
    assertRefused(
        () -> FeatureProgram.load(folder, "embed", 1),
        folder + ": TensorFlow can't load this SavedModel",
        "invalid output index (8)");
  }

  @Test
  void imagesOfAnotherSizeAreRefused(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("foreign");
    writeMeans(model);
    try (FeatureProgram program = FeatureProgram.load(model, "embed", 1);
        TUint8 images = TUint8.tensorOf(Shape.of(1, 4, 4, 3))) {
      InvalidInputException refusal =
          assertThrows(InvalidInputException.class, () -> program.features(images));
      assertTrue(
          String.valueOf(refusal.getMessage())
              .contains("images of shape [1, 4, 4, 3] do not fit its input [-1, 2, 2, 3]"),
          refusal.toString());
    }
  }

  @Test
  void anOutputThatIsNoRowIsRefused(@TempDir Path folder) throws Exception {
    ForeignFeatures.write(folder, Shape.of(-1, 2, 2, 3), (tf, images) -> tf.nn.relu(images));
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> FeatureProgram.load(folder, "embed", 1));
    assertTrue(
        String.valueOf(refusal.getMessage()).contains("give a SavedModel where it is [-1, dim"),
        refusal.toString());
  }

  @Test
  void theFingerprintTellsNetworksAndSignaturesApart(@TempDir Path folder) throws Exception {
    RandomFeaturesAssembly.write(folder.resolve("one"));
    RandomFeaturesAssembly.write(folder.resolve("same"));
    writeMeans(folder.resolve("foreign"));
    try (FeatureProgram one = FeatureProgram.load(folder.resolve("one"), 1);
        FeatureProgram same = FeatureProgram.load(folder.resolve("same"), 1);
        FeatureProgram foreign = FeatureProgram.load(folder.resolve("foreign"), "embed", 1)) {
      assertEquals(one.fingerprint(), same.fingerprint());
      assertTrue(one.fingerprint().matches("[0-9a-f]{64}"), one.fingerprint());
      assertNotEquals(one.fingerprint(), foreign.fingerprint());
    }
  }

  // A network for 2 x 2 pixels: the mean of each colour.
  private static void writeMeans(Path folder) throws IOException {
    ForeignFeatures.write(
        folder,
        Shape.of(-1, 2, 2, 3),
        (tf, images) -> tf.math.mean(images, tf.constant(new int[] {1, 2})));
  }
}
