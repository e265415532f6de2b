package org.couplet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Experiments that take seconds, as textproto; every part of the step that draws is in them. */
public final class SmallExperiments {
  private SmallExperiments() {}

  /** Points, an MLP, GC(0.5) and Adam; 20 steps. */
  public static final String GAUSSIANS =
      """
      name: "gaussians"
      dataset { gaussians { count: 200 } }
      network { mlp { depth: 2 width: 16 } }
      consistency {
        levels { exponential { s0: 2 s1: 8 } }
        coupling { generator_induced { mu: 0.5 } }
      }
      optimizer { learning_rate: 1e-3 adam {} }
      ema { decay: 0.99 }
      run { steps: 20 batch_size: 32 seed: 3 log_every: 5 checkpoint_every: 7 }
      evaluation { sample_every: 0 }
      runtime { xla: OFF }
      """;

  /** 8 x 8 pictures, a SongUNet with dropout, GC(0.5) and Lion; 20 steps. */
  public static final String UNET =
      """
      name: "unet"
      dataset { procedural { resolution: 8 count: 50 } horizontal_flip: true }
      network {
        song_unet {
          model_channels: 16 channel_mult: [1, 2] num_blocks: 1 dropout: 0.3
        }
      }
      consistency {
        levels { exponential { s0: 2 s1: 8 } }
        coupling { generator_induced { mu: 0.5 } }
      }
      optimizer { learning_rate: 1e-3 lion {} }
      ema { decay: 0.99 }
      run { steps: 20 batch_size: 4 seed: 3 log_every: 5 checkpoint_every: 7 }
      evaluation { sample_every: 0 }
      runtime { xla: OFF }
      """;

  /** The same with ADM's network, with two heads at 4 x 4. */
  public static final String ADM =
      UNET.replace("song_unet {", "adm_unet {")
          .replace("dropout: 0.3", "dropout: 0.3 attn_resolutions: 8 channels_per_head: 16");

  /** As UNET without a smaller level: half the graph, and half the time until the first step. */
  public static final String FLAT_UNET = UNET.replace("channel_mult: [1, 2]", "channel_mult: 1");

  /** As UNET with convolutions wide enough for Winograd's, also for half a batch. */
  public static final String WIDE_UNET =
      UNET.replace(
              "model_channels: 16 channel_mult: [1, 2]", "model_channels: 96 channel_mult: [1]")
          .replace("batch_size: 4", "batch_size: 32");

  /** The same with independent noise: without the generator's pass, a third of the graph. */
  public static String independent(String text) {
    return text.replace("generator_induced { mu: 0.5 }", "independent {}");
  }

  /** The same data, network and training as {@code text}'s, but of a score model. */
  public static String score(String text) {
    return text.replaceFirst("(?s)consistency \\{.*?\n\\}", "score {}");
  }

  /** Writes an experiment's text into a folder. */
  public static Path write(Path folder, String text) throws IOException {
    return Files.writeString(folder.resolve("experiment.textproto"), text);
  }
}
