package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.SongUNetConfig;
import org.junit.jupiter.api.Test;

class OverridesTest {
  private static final String TEXT =
      """
      dataset { image_file { path: "x.npy" resolution: 32 } }
      network { song_unet { channel_mult: [1, 2] num_blocks: 3 } }
      run { steps: 100 }
      """;

  @Test
  void scalarReplacesTheFilesValue() {
    Experiment experiment = parse("run.steps=7", "dataset.horizontal_flip=false", "ema.decay=9e-1");
    assertEquals(7, experiment.getRun().getSteps());
    assertFalse(experiment.getDataset().getHorizontalFlip());
    assertEquals(0.9, experiment.getEma().getDecay());
  }

  @Test
  void lastOfSeveralWins() {
    assertEquals(9, parse("run.steps=7", "run.steps=9").getRun().getSteps());
  }

  @Test
  void pathThroughAMemberSwitchesTheOneof() {
    Experiment experiment = parse("consistency.coupling.generator_induced.mu=0.7");
    var coupling = experiment.getConsistency().getCoupling();
    assertEquals(0.7, coupling.getGeneratorInduced().getMu());
    assertFalse(coupling.hasIndependent());
  }

  @Test
  void messageIsReplacedWhole() {
    Experiment experiment =
        parse(
            "consistency.coupling.generator_induced.mu=0.7",
            "consistency.coupling.independent={}",
            "run={batch_size: 4}");
    assertTrue(experiment.getConsistency().getCoupling().hasIndependent());
    assertEquals(4, experiment.getRun().getBatchSize());
    assertEquals(100000, experiment.getRun().getSteps());
  }

  @Test
  void listIsReplacedByBracketsCommasOrSeveralOverrides() {
    List<Integer> expected = List.of(1, 2, 2);
    String path = "network.song_unet.channel_mult";
    assertEquals(expected, network(path + "=[1,2,2]").getChannelMultList());
    assertEquals(expected, network(path + "=1, 2, 2").getChannelMultList());
    assertEquals(expected, network(path + "=1", path + "=2", path + "=2").getChannelMultList());
    assertEquals(
        List.of(), network("network.song_unet.attn_resolutions=[]").getAttnResolutionsList());
  }

  @Test
  void enumIsGivenByName() {
    assertEquals(
        SongUNetConfig.Encoder.RESIDUAL,
        network("network.song_unet.encoder=RESIDUAL").getEncoder());
  }

  @Test
  void textIsTakenRaw() {
    String path = "C:\\data\\\"my\" images=1, 2.npy";
    Experiment experiment = parse("dataset.image_file.path=" + path);
    assertEquals(path, experiment.getDataset().getImageFile().getPath());
  }

  private static Experiment parse(String... overrides) {
    return ExperimentFile.parse("a.textproto", TEXT, List.of(overrides));
  }

  private static SongUNetConfig network(String... overrides) {
    return parse(overrides).getNetwork().getSongUnet();
  }
}
