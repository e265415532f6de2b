package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.SongUNetConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedExperimentsTest {
  private static final Path FOLDER = Path.of("configs");

  static Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".textproto"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void allPromisedExperimentsAreThere() throws IOException {
    Set<String> names =
        files().map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    assertTrue(names.contains("quickstart.textproto"));
    for (String name :
        List.of(
            "gaussians_1m2m", "cifar10", "celeba64", "imagenet32", "imagenet64", "cifar10_small")) {
      assertTrue(names.contains(name + "_ic.textproto"), name);
      assertTrue(names.contains(name + "_gc.textproto"), name);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void experimentLoadsUnderItsOwnName(Path file) throws IOException {
    Experiment experiment = ExperimentFile.load(file, List.of());
    assertEquals(experiment.getName() + ".textproto", file.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("files")
  void experimentIsInTheJar(Path file) throws IOException {
    assertEquals(
        Optional.of(Files.readString(file)), ShippedExperiments.packed(file.getFileName()));
  }

  @ParameterizedTest
  @MethodSource("files")
  void printedExperimentReadsBackEqual(Path file) throws IOException {
    Experiment experiment = ExperimentFile.load(file, List.of());
    String printed = ExperimentFile.print(experiment);
    assertEquals(experiment, ExperimentFile.parse("printed", printed, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gaussians_1m2m",
        "cifar10",
        "celeba64",
        "imagenet32",
        "imagenet64",
        "cifar10_small"
      })
  void bothCouplingsShareAllElse(String name) throws IOException {
    Experiment independent = load(name + "_ic");
    Experiment induced = load(name + "_gc");
    assertTrue(independent.getConsistency().getCoupling().hasIndependent());
    assertEquals(0.5, induced.getConsistency().getCoupling().getGeneratorInduced().getMu());
    assertEquals(withoutCoupling(independent), withoutCoupling(induced));
  }

  @Test
  void cifar10HasTheNumbersOfTable3() throws IOException {
    Experiment experiment = load("cifar10_ic");
    SongUNetConfig network = experiment.getNetwork().getSongUnet();
    assertEquals(512, experiment.getRun().getBatchSize());
    assertEquals(100_000, experiment.getRun().getSteps());
    assertEquals(1e-4, experiment.getOptimizer().getLearningRate());
    assertTrue(experiment.getOptimizer().hasLion());
    assertEquals(128, network.getModelChannels());
    assertEquals(List.of(1, 2, 2), network.getChannelMultList());
    assertEquals(List.of(3, 3, 3), network.getNumBlocksList());
    assertEquals(List.of(0.3, 0.3, 0.3), network.getDropoutList());
    assertEquals(List.of(), network.getAttnResolutionsList());
  }

  @Test
  void celebaHasTheNumbersOfTable4() throws IOException {
    Experiment experiment = load("celeba64_ic");
    SongUNetConfig network = experiment.getNetwork().getSongUnet();
    assertEquals(64, experiment.getDataset().getImageFile().getResolution());
    assertEquals(128, experiment.getRun().getBatchSize());
    assertEquals(150_000, experiment.getRun().getSteps());
    assertEquals(List.of(1, 2, 2, 2), network.getChannelMultList());
    assertEquals(List.of(2, 3, 4, 5), network.getNumBlocksList());
    assertEquals(List.of(0.05, 0.05, 0.1, 0.2), network.getDropoutList());
  }

  @Test
  void imagenetHasTheNumbersOfTable5() throws IOException {
    Experiment experiment = load("imagenet32_ic");
    SongUNetConfig network = experiment.getNetwork().getSongUnet();
    assertEquals(512, experiment.getRun().getBatchSize());
    assertEquals(150_000, experiment.getRun().getSteps());
    assertEquals(List.of(1, 1, 2), network.getChannelMultList());
    assertEquals(List.of(4, 5, 7), network.getNumBlocksList());
    assertEquals(List.of(0.1, 0.3, 0.3), network.getDropoutList());
    assertEquals(List.of(16), network.getAttnResolutionsList());
  }

  private static Experiment load(String name) throws IOException {
    return ExperimentFile.load(FOLDER.resolve(name + ".textproto"), List.of());
  }

  private static Experiment withoutCoupling(Experiment experiment) {
    Experiment.Builder builder = experiment.toBuilder().clearName();
    builder.getConsistencyBuilder().clearCoupling();
    return builder.build();
  }
}
