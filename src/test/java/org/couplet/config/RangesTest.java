package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.Options;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ranges that the schema gives its numbers. */
class RangesTest {
  // Any number will do, or a rule of its own says which.
  private static final Set<String> FREE =
      Set.of(
          "AdmUNetConfig.attn_resolutions",
          "AdmUNetConfig.model_channels",
          "GaussianMixtureConfig.offset",
          "GaussianMixtureConfig.seed",
          "ImageFileConfig.channels",
          "LognormalLawConfig.mean",
          "RunConfig.seed",
          "ScoreConfig.mean",
          "SongUNetConfig.attn_resolutions",
          "SongUNetConfig.model_channels",
          "SongUNetConfig.resample_filter",
          "TwoGaussiansConfig.offset");

  @Test
  void everyNumberHasARangeOrIsFree() {
    Set<String> without = new TreeSet<>();
    collect(Experiment.getDescriptor(), without, new HashSet<>());
    assertEquals(new TreeSet<>(FREE), without);
  }

  private static void collect(Descriptor message, Set<String> without, Set<Descriptor> seen) {
    if (!seen.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      JavaType type = field.getJavaType();
      if (type == JavaType.MESSAGE) {
        collect(field.getMessageType(), without, seen);
      } else if (Set.of(JavaType.INT, JavaType.LONG, JavaType.DOUBLE).contains(type)
          && !field.getOptions().hasExtension(Options.range)) {
        without.add(message.getName() + "." + field.getName());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "optimizer.learning_rate=0 | must be positive, got 0",
        "consistency.levels.tuning.q=1 | must be above 1, got 1",
        "run.steps=-3 | must be at least 1, got -3",
        "consistency.levels.exponential.s1=1000001 | must be at most 1000000, got 1000001",
        "ema.decay=1 | must be in [0, 1), got 1",
        "consistency.coupling.generator_induced.mu=1.5 | must be in [0, 1], got 1.5",
        "network.mlp.width=0 | must be at least 1, got 0",
        "consistency.rho=nan | must be finite, got NaN",
      })
  void aNumberOutsideItsRangeIsNamed(String override, String problem) {
    InvalidInputException error =
        assertThrows(
            InvalidInputException.class,
            () ->
                ExperimentFile.parse(
                    "a.textproto",
                    "dataset { gaussians {} } network { mlp {} }",
                    List.of(override)));
    assertEquals("--set " + override + ": " + problem, error.getMessage());
  }
}
