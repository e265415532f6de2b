package org.couplet.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.couplet.SmallExperiments;
import org.couplet.assembly.InferenceAssembly;
import org.couplet.assembly.RandomFeaturesAssembly;
import org.couplet.config.ExperimentFile;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
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
  void aModelWithoutFeaturesIsRefusedByName(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("export");
    Path text = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    InferenceAssembly.write(ExperimentFile.load(text, List.of()), model);
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> FeatureProgram.load(model, 1));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.startsWith(model + ": "), message);
    assertTrue(message.contains("no signature 'features' (it has "), message);
  }

  @Test
  void anEmptyFolderIsRefused(@TempDir Path folder) {
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> FeatureProgram.load(folder, 1));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(folder + ": no SavedModel"));
  }
}
