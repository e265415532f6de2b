package org.couplet.config;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.CouplingConfig;
import org.couplet.config.proto.DistanceConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ForwardProcessConfig;
import org.couplet.config.proto.LevelScheduleConfig;
import org.couplet.config.proto.OptimizerConfig;
import org.couplet.config.proto.SongUNetConfig;
import org.couplet.config.proto.TimestepLawConfig;
import org.couplet.config.proto.WeightingConfig;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentFileTest {
  private static final String SMALLEST =
      """
      dataset { procedural {} }
      network { song_unet { channel_mult: [1, 2, 2] } }
      """;

  @Test
  void oneofsTakeTheirDefaultCases() {
    Experiment experiment = parse(SMALLEST);
    ConsistencyConfig consistency = experiment.getConsistency();
    assertEquals(
        LevelScheduleConfig.ScheduleCase.EXPONENTIAL, consistency.getLevels().getScheduleCase());
    assertEquals(TimestepLawConfig.LawCase.LOGNORMAL, consistency.getTimestepLaw().getLawCase());
    assertEquals(
        WeightingConfig.WeightingCase.INVERSE_GAP, consistency.getWeighting().getWeightingCase());
    assertEquals(
        DistanceConfig.DistanceCase.PSEUDO_HUBER, consistency.getDistance().getDistanceCase());
    assertEquals(
        ForwardProcessConfig.ProcessCase.VARIANCE_EXPLODING,
        consistency.getProcess().getProcessCase());
    assertEquals(
        CouplingConfig.CouplingCase.INDEPENDENT, consistency.getCoupling().getCouplingCase());
    assertEquals(OptimizerConfig.AlgorithmCase.LION, experiment.getOptimizer().getAlgorithmCase());
  }

  @Test
  void scalarsAreExplicitAfterLoading() {
    Experiment experiment = parse(SMALLEST);
    assertTrue(experiment.getConsistency().hasSigmaMin());
    assertEquals(0.002, experiment.getConsistency().getSigmaMin());
    assertTrue(experiment.getOptimizer().getLion().hasBeta2());
    assertTrue(experiment.getRun().hasSeed());
    assertEquals("experiment", experiment.getName());
    assertTrue(experiment.getRuntime().hasXla());
  }

  @Test
  void listsOfTheNetworkHaveOneEntryPerLevel() {
    SongUNetConfig defaults = parse(SMALLEST).getNetwork().getSongUnet();
    assertEquals(List.of(4, 4, 4), defaults.getNumBlocksList());
    assertEquals(List.of(0.0, 0.0, 0.0), defaults.getDropoutList());
    assertEquals(List.of(1.0, 1.0), defaults.getResampleFilterList());
    SongUNetConfig given =
        parse(
                """
                dataset { procedural {} }
                network { song_unet { channel_mult: [1, 2] num_blocks: 2 dropout: [0.1, 0.3] } }
                """)
            .getNetwork()
            .getSongUnet();
    assertEquals(List.of(2, 2), given.getNumBlocksList());
    assertEquals(List.of(0.1, 0.3), given.getDropoutList());
  }

  @Test
  void lastMixingFactorFollowsTheFirst() {
    Experiment experiment = parse(SMALLEST, "consistency.coupling.generator_induced.mu=0.7");
    var coupling = experiment.getConsistency().getCoupling().getGeneratorInduced();
    assertTrue(coupling.hasMuEnd());
    assertEquals(0.7, coupling.getMuEnd());
  }

  @Test
  void smallMixingFactorsAreAllowedWhereARowCanBeInduced() {
    String coupling = "consistency.coupling.generator_induced=";
    for (String allowed :
        List.of("{mu: 0}", "{mu: 0.125}", "{mu: 0 mu_end: 1}", "{mu: 0.1 rows: BERNOULLI}")) {
      parse(SMALLEST, "run.batch_size=4", coupling + allowed);
    }
  }

  @Test
  void printedExperimentReadsBackEqual() {
    Experiment experiment =
        parse(
            SMALLEST,
            "consistency.coupling.generator_induced={mu: 0.3}",
            "name=Schärfe \"9\"",
            "network.song_unet.attn_resolutions=[8]",
            "consistency.timestep_law.uniform={}");
    assertEquals(experiment, parse(ExperimentFile.print(experiment)));
  }

  @Test
  void missingFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("none.textproto");
    var error =
        assertThrows(InvalidInputException.class, () -> ExperimentFile.load(file, List.of()));
    assertEquals(
        file + ": no such file. Name one, or an experiment of configs, such as quickstart",
        error.getMessage());
  }

  @Test
  void binaryFileIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("a.npy"), new byte[] {(byte) 0x93, 'N', 'U'});
    var error =
        assertThrows(InvalidInputException.class, () -> ExperimentFile.load(file, List.of()));
    assertEquals(
        file + ": not a text in UTF-8. Name an experiment's textproto", error.getMessage());
  }

  private static Experiment parse(String text, String... overrides) {
    return ExperimentFile.parse("a.textproto", text, List.of(overrides));
  }

  @Test
  void textsTooLongForTheParserAreNamed() {
    String text = "dataset { gaussians {} }\nname: '" + "x".repeat(100_000) + "'";
    assertRefused(() -> ExperimentFile.parse("a.textproto", text, List.of()), "a.textproto:2: ");
    String override = "name=" + "x".repeat(100_000);
    assertRefused(
        () -> ExperimentFile.parse("a.textproto", "", List.of(override)), "--set name: ", "long");
  }
}
