package org.couplet.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.bundle.CheckpointWriter;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.foreign.ForeignWeights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

/** What {@code export --format safetensors} tells EDM's code. */
@Tag("long")
class WeightExportTest {
  @TempDir private Path folder = Path.of("");

  // At 16 x 16 pixels, where EDM's networks have attention unless they are told otherwise.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "song_unet { model_channels: 8 channel_mult: [1, 2] num_blocks: 2 }",
        "song_unet { model_channels: 8 channel_mult: [2, 2] num_blocks: 1 attn_resolutions: [8] }",
        "label_dim: 3 song_unet { model_channels: 8 channel_mult: [1, 1] num_blocks: 1"
            + " embedding: FOURIER channel_mult_noise: 2 encoder: RESIDUAL"
            + " resample_filter: [1, 3, 3, 1] attn_resolutions: [16, 8] }",
        "adm_unet { model_channels: 64 channel_mult: [1, 1] num_blocks: 1 }",
        "label_dim: 3 adm_unet { model_channels: 32 channel_mult: [2, 4] num_blocks: 1"
            + " channel_mult_emb: 2 attn_resolutions: [8] }"
      })
  void theArgumentsMakeEdmsCodeAskForTheTensorsThatAreThere(String network) throws IOException {
    try (ForeignWeights exported = exported(network)) {
      Map<String, String> found = new TreeMap<>();
      exported
          .tensors()
          .forEach((name, tensor) -> found.put(name, Arrays.toString(tensor.shape())));
      assertEquals(EdmNames.of(exported.recorded()), found);
    }
  }

  // All zeros: only names and shapes count here.
  private ForeignWeights exported(String network) throws IOException {
    Experiment experiment =
        ExperimentFile.parse(
            "test",
            "dataset { image_file { path: \"a.npy\" resolution: 16 } } score {}"
                + " runtime { xla: OFF } network { %s }".formatted(network),
            List.of());
    Path checkpoint = folder.resolve("zeros");
    try (CheckpointWriter writer = new CheckpointWriter(checkpoint)) {
      for (Map.Entry<String, Shape> variable : TrainingAssembly.variables(experiment).entrySet()) {
        writer.zeros(variable.getKey(), variable.getValue());
      }
      writer.counter(Contract.STEP, 1);
      writer.finish();
    }
    Path file = folder.resolve("zeros.safetensors");
    new WeightExport(experiment, false).write(checkpoint, file);
    return ForeignWeights.open(file, Optional.empty());
  }
}
