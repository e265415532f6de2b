package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mistake is one line that names the place, the field and the remedy. */
class InvalidExperimentTest {
  private static final String IMAGES =
      """
      dataset { procedural {} }
      network { song_unet { channel_mult: [1, 2, 2] } }
      """;
  private static final String POINTS =
      """
      dataset { gaussians {} }
      network { mlp {} }
      """;

  @ParameterizedTest
  @MethodSource({"unreadable", "incomplete", "impossible", "unmethodical"})
  void mistakeInTheFileIsOneLine(String text, String message) {
    var error =
        assertThrows(
            InvalidInputException.class,
            () -> ExperimentFile.parse("a.textproto", text, List.of()));
    assertEquals(message, error.getMessage());
  }

  static Stream<Arguments> unreadable() {
    return Stream.of(
        arguments(
            "consistency {\n  sigma_mn: 1\n}",
            "a.textproto:2: consistency.sigma_mn: no such field. Did you mean sigma_min?"),
        arguments(
            "consistency {\n  coupling { reflow { mu: 1 } }\n}",
            "a.textproto:2: consistency.coupling.reflow: no such field."
                + " Known here: independent, generator_induced, batch_ot, pf_ode"),
        arguments(
            "network {}\ntrain { steps: 5 }",
            "a.textproto:2: train: no such field. Known here: name, dataset, network, consistency,"
                + " score, optimizer, ema, run, evaluation, runtime"),
        arguments(
            "run {\n  steps: 1\n  steps: 2\n}", "a.textproto:3: run.steps: given twice. Keep one"),
        arguments("run {}\nrun {}", "a.textproto:2: run: given twice. Keep one"),
        arguments(
            "optimizer {\n  lion {}\n  adam {}\n}",
            "a.textproto:3: optimizer.adam: only one of lion, adam, radam may be given. Keep one"),
        arguments(
            "consistency {}\nscore {}",
            "a.textproto:2: score: only one of consistency, score may be given. Keep one"),
        arguments(
            "run {\n  steps: many\n}",
            "a.textproto:2: run.steps: many is not a whole number of 64 bits. Write it in digits"),
        arguments(
            "run {\n  batch_size: 2.5\n}",
            "a.textproto:2: run.batch_size: 2.5 is not a whole number of 32 bits."
                + " Write it in digits"),
        arguments(
            "run {\n  batch_size: 99999999999\n}",
            "a.textproto:2: run.batch_size: 99999999999 is not a whole number of 32 bits."
                + " Write it in digits"),
        arguments(
            "ema { decay: high }",
            "a.textproto:1: ema.decay: high is not a number. Write it like 0.5 or 1e-4"),
        arguments(
            "ema { decay: [0.9] }",
            "a.textproto:1: ema.decay: a list, where one value belongs. Write decay: value"),
        arguments(
            "dataset { procedural { resolution: 32 } horizontal_flip: yes }",
            "a.textproto:1: dataset.horizontal_flip: yes is neither true nor false. Write one of them"),
        arguments("name: 5", "a.textproto:1: name: 5 is not a text. Put it in double quotes"),
        arguments(
            "name: \"five\nrun {}",
            "a.textproto:1: name: the text has no closing quote. Close it on the same line"),
        arguments(
            "network { song_unet { embedding: POSITION } }",
            "a.textproto:1: network.song_unet.embedding: POSITION is not known."
                + " Write one of POSITIONAL, FOURIER"),
        arguments(
            "network { song_unet {\n channel_mult: [1, two] } }",
            "a.textproto:2: network.song_unet.channel_mult: two is not a whole number of 32 bits."
                + " Write it in digits"),
        arguments(
            "run {}\ntrain {\n  steps: 5\n",
            "a.textproto:2: train: no such field. Known here: name, dataset, network, consistency,"
                + " score, optimizer, ema, run, evaluation, runtime"),
        arguments("consis {}", "a.textproto:1: consis: no such field. Did you mean consistency?"),
        arguments("run: 5", "a.textproto:1: run: 5 is not a group of fields. Write run { ... }"),
        arguments(
            "ema {\n  decay 0.5\n}",
            "a.textproto:2: ema.decay: \"0.5\" is not expected here."
                + " Each field is written name: value or name { ... }"),
        arguments(
            "ema {\n  decay: 0.5\n", "a.textproto:3: ema: its \"{\" is not closed. Add a \"}\""),
        arguments(
            "ema {}\n}",
            "a.textproto:2: \"}\" is not expected here."
                + " Each field is written name: value or name { ... }"));
  }

  static Stream<Arguments> incomplete() {
    return Stream.of(
        arguments(
            "",
            "a.textproto: dataset: the source is missing."
                + " Add one of image_file, procedural, gaussians"),
        arguments(
            "\ndataset { horizontal_flip: true }",
            "a.textproto:2: dataset: the source is missing."
                + " Add one of image_file, procedural, gaussians"),
        arguments(
            "dataset { procedural {} }",
            "a.textproto: network: the architecture is missing. Add one of song_unet, mlp"),
        arguments(
            "dataset { image_file {} }\nnetwork { song_unet { channel_mult: 1 } }",
            "a.textproto:1: dataset.image_file.path: missing."
                + " Name a .npy file made by `couplet data`"),
        arguments(
            "dataset { procedural {} }\nnetwork { song_unet {} }",
            "a.textproto:2: network.song_unet.channel_mult: missing."
                + " Give a factor per level, such as [1, 2, 2]"),
        arguments(
            "dataset { procedural {} }\nnetwork { mlp {} }",
            "a.textproto:2: network.mlp: a network for points, but the data are images."
                + " Use song_unet"),
        arguments(
            "dataset { gaussians {} }\nnetwork { song_unet { channel_mult: 1 } }",
            "a.textproto:2: network.song_unet: a network for images, but the data are points."
                + " Use mlp"));
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        images(
            "consistency {\n  sigma_min: 90\n}",
            4,
            "consistency.sigma_min: 90 is not below sigma_max (80). Lower it or raise sigma_max"),
        images(
            "consistency {\n  sigma_min: 0\n}",
            4,
            "consistency.sigma_min: 0 is not positive. Give a number above 0"),
        images(
            "consistency {\n  rho: nan\n}",
            4,
            "consistency.rho: NaN is not a finite number. Give a finite one"),
        images(
            "optimizer { learning_rate: 1e999 }",
            3,
            "optimizer.learning_rate: Infinity is not a finite number. Give a finite one"),
        images(
            "consistency { levels { exponential { s0: 40 s1: 20 } } }",
            3,
            "consistency.levels.exponential.s1: 20 is below s0 (40). Raise it or lower s0"),
        images(
            "consistency { levels { constant { count: 1 } } }",
            3,
            "consistency.levels.constant.count: 1 is too small. Give 2 or more"),
        images(
            "consistency { coupling { generator_induced { mu: 1.5 } } }",
            3,
            "consistency.coupling.generator_induced.mu: 1.5 is not in [0, 1]."
                + " Give a number from 0 to 1"),
        images(
            "ema { decay: 1 }",
            3,
            "ema.decay: 1 is not in [0, 1). Give a number from 0 to below 1"),
        images("run { steps: 0 }", 3, "run.steps: 0 is too small. Give 1 or more"),
        images(
            "optimizer { clip_norm: -0.5 }",
            3,
            "optimizer.clip_norm: -0.5 is too small. Give 0 or more"),
        images(
            "optimizer { accumulate: 0 }",
            3,
            "optimizer.accumulate: 0 is too small. Give 1 or more"),
        images(
            "optimizer { accumulate: 3 }",
            3,
            "optimizer.accumulate: 512 rows (run.batch_size) do not fall into 3 equal parts."
                + " Give a divisor of 512"),
        images(
            "optimizer { adam { epsilon: 0 } }",
            3,
            "optimizer.adam.epsilon: 0 is not positive. Give a number above 0"),
        arguments(
            POINTS + "consistency { rho: -1 }",
            "a.textproto:3: consistency.rho: -1 is not positive. Give a number above 0"),
        arguments(
            "dataset { gaussians {} }\nnetwork { mlp {} }\nruntime { remat: true }",
            "a.textproto:3: runtime.remat: an MLP has no blocks to compute again. Remove it"),
        arguments(
            "dataset { gaussians {} horizontal_flip: true }\nnetwork { mlp {} }",
            "a.textproto:1: dataset.horizontal_flip: points can't be mirrored."
                + " Remove it, or choose images"),
        arguments(
            "dataset {\n image_file { path: \"x.npy\" channels: 4 }\n}\n"
                + "network { song_unet { channel_mult: 1 } }",
            "a.textproto:2: dataset.image_file.channels: 4 is neither 1 nor 3."
                + " Give 1 for grey images, 3 for colour"),
        arguments(
            "dataset {\n procedural { resolution: 18 } }\n"
                + "network { song_unet { channel_mult: [1, 2, 2] } }",
            "a.textproto:2: dataset.procedural.resolution: 18 does not halve 2 times, as 3 levels"
                + " of channel_mult need. Use a multiple of 4, or fewer levels"),
        arguments(
            "dataset {\n procedural { resolution: 7 } }\nnetwork { song_unet { channel_mult: 1 } }",
            "a.textproto:2: dataset.procedural.resolution: 7 is too small. Give 8 or more"),
        arguments(
            POINTS + "consistency {\n levels { constant { count: 1000001 } } }",
            "a.textproto:4: consistency.levels.constant.count: 1000001 is too large."
                + " Give 1000000 or less"),
        arguments(
            POINTS + "consistency {\n levels { exponential { s1: 2147483647 } } }",
            "a.textproto:4: consistency.levels.exponential.s1: 2147483647 is too large."
                + " Give 1000000 or less"),
        arguments(
            POINTS
                + "run { batch_size: 4 }\nconsistency {\n coupling { generator_induced { mu: 0.1 } } }",
            "a.textproto:5: consistency.coupling.generator_induced.mu: 0.1 of 4 rows"
                + " (run.batch_size) rounds to none. Use a larger batch, or rows: BERNOULLI"),
        arguments(
            POINTS
                + "run { batch_size: 4 }\nconsistency {\n"
                + " coupling { generator_induced { mu: 0 mu_end: 0.1 } } }",
            "a.textproto:5: consistency.coupling.generator_induced.mu_end: 0.1 of 4 rows"
                + " (run.batch_size) rounds to none. Use a larger batch, or rows: BERNOULLI"),
        network(
            "num_blocks: [1, 2]",
            "num_blocks: 2 values for 3 levels. Give one value, or one per level"),
        network("num_blocks: 0", "num_blocks: 0 is too small. Give 1 or more"),
        network(
            "dropout: [0, 1, 0]", "dropout: 1 is not in [0, 1). Give a number from 0 to below 1"),
        network(
            "attn_resolutions: 5",
            "attn_resolutions: 5 is not the resolution of a level. Choose from 16, 8, 4"),
        network(
            "model_channels: 30",
            "model_channels: 30 is not a positive multiple of 4. Use a multiple of 32"),
        network(
            "model_channels: 36",
            "model_channels: 36 makes a layer of 144 channels, which GroupNorm can't split into"
                + " 32 groups. Use a multiple of 32"),
        network(
            "resample_filter: [1, 2, 1]",
            "resample_filter: 3 values can't double a resolution. Give an even number of them"),
        network(
            "resample_filter: [1, -1]",
            "resample_filter: its sum, 0, is not positive. Give values such as [1, 1]"));
  }

  // What an objective does not allow.
  static Stream<Arguments> unmethodical() {
    return Stream.of(
        consistency(
            "process { bridge { alpha: SIGMA } }",
            "process.bridge.alpha: SIGMA wants levels up to 1, but sigma_max is 80."
                + " Lower it to 1, or use SIGNAL_TO_NOISE"),
        arguments(
            IMAGES + "consistency {\n noise { two_gaussians {} } }",
            "a.textproto:4: consistency.noise.two_gaussians: noise in the plane, but the data are"
                + " images. Use normal"),
        consistency(
            "noise { two_gaussians { standard_deviation: 0 } }",
            "noise.two_gaussians.standard_deviation: 0 is not positive. Give a number above 0"),
        consistency(
            "timestep_law { uniform {} } levels { tuning {} }",
            "timestep_law.uniform: tuning draws its levels from the lognormal law."
                + " Use lognormal, or other levels"),
        consistency(
            "levels { tuning { q: 1 } }", "levels.tuning.q: 1 is too small. Give a number above 1"),
        consistency(
            "levels { tuning { stages: 0 } }",
            "levels.tuning.stages: 0 is too small. Give 1 or more"),
        consistency(
            "levels { tuning { q: 4 stages: 10 } }",
            "levels.tuning.stages: 10 stages of q (4) leave less than a millionth of a level"
                + " between two. Lower it or q"),
        consistency(
            "levels { tuning { k: -1 } }", "levels.tuning.k: -1 is too small. Give 0 or more"),
        consistency(
            "levels { tuning { b: 0 } }",
            "levels.tuning.b: 0 is not positive. Give a number above 0"),
        consistency(
            "coupling { pf_ode {} }",
            "coupling.pf_ode.run: missing. Name the folder of a score model's run"),
        consistency(
            "coupling { pf_ode { run: \"r\" } } process { bridge {} }",
            "coupling.pf_ode: a score model's flow is that of variance_exploding with normal noise."
                + " Use these"),
        consistency(
            "coupling { pf_ode { run: \"r\" } } noise { two_gaussians {} }",
            "coupling.pf_ode: a score model's flow is that of variance_exploding with normal noise."
                + " Use these"),
        consistency(
            "coupling { batch_ot { sinkhorn { regularization: 0 } } }",
            "coupling.batch_ot.sinkhorn.regularization: 0 is not positive. Give a number above 0"),
        consistency(
            "coupling { batch_ot { sinkhorn { iterations: 0 } } }",
            "coupling.batch_ot.sinkhorn.iterations: 0 is too small. Give 1 or more"),
        arguments(
            POINTS + "consistency {\n coupling { batch_ot {} } }\nrun { batch_size: 16385 }",
            "a.textproto:4: consistency.coupling.batch_ot: pairs at most 16384 rows."
                + " Lower run.batch_size"),
        score("std: 0", "std: 0 is not positive. Give a number above 0"),
        score("sigma_data: 0", "sigma_data: 0 is not positive. Give a number above 0"),
        score("rho: 0", "rho: 0 is not positive. Give a number above 0"),
        score(
            "sigma_min: 90",
            "sigma_min: 90 is not below sigma_max (80). Lower it or raise sigma_max"),
        arguments(
            POINTS + "score {}\nevaluation {\n gradient_variance_every: 5 }",
            "a.textproto:5: evaluation.gradient_variance_every: is for consistency models."
                + " Remove it"),
        arguments(
            POINTS + "evaluation {\n gradient_variance_every: -1 }",
            "a.textproto:4: evaluation.gradient_variance_every: -1 is too small."
                + " Give 0 or more"));
  }

  @ParameterizedTest
  @MethodSource("overrides")
  void mistakeInAnOverrideIsNamedAsTyped(String override, String message) {
    var error =
        assertThrows(
            InvalidInputException.class,
            () -> ExperimentFile.parse("a.textproto", IMAGES, List.of(override)));
    assertEquals("--set " + override + ": " + message, error.getMessage());
  }

  static Stream<Arguments> overrides() {
    return Stream.of(
        arguments(
            "consistency.sigma_min=90",
            "90 is not below sigma_max (80). Lower it or raise sigma_max"),
        arguments(
            "consistency.sigma_max=0.001",
            "consistency.sigma_min: 0.002 is not below sigma_max (0.001)."
                + " Lower it or raise sigma_max"),
        arguments(
            "consistency.sigma_mn=1",
            "no field named \"sigma_mn\" in consistency. Did you mean sigma_min?"),
        arguments(
            "dataset.gaussians.count=5",
            "network.song_unet: a network for images, but the data are points. Use mlp"),
        arguments("runs.steps=1", "no field named \"runs\". Did you mean run?"),
        arguments(
            "run.steps.count=1", "run.steps is a single value. Write it without a further name"),
        arguments("run.steps", "no value. Write --set path.to.field=value"),
        arguments("run.steps=", "the value is missing. Write --set path.to.field=value"),
        arguments("run.steps=x", "x is not a whole number of 64 bits. Write it in digits"),
        arguments("run.steps=1 seed: 2", "more than one value. Give each field its own --set"),
        arguments("run=5", "5 is not a group of fields. Write run { ... }"),
        arguments(
            "network.song_unet.encoder=residual",
            "residual is not known. Write one of STANDARD, RESIDUAL"),
        arguments(
            "consistency.coupling.generator_induced={mu: 2}",
            "consistency.coupling.generator_induced.mu: 2 is not in [0, 1]."
                + " Give a number from 0 to 1"),
        arguments(
            "network.song_unet.channel_mult=[1,1,1,1,1,1]",
            "dataset.procedural.resolution: 16 does not halve 5 times, as 6 levels of channel_mult"
                + " need. Use a multiple of 32, or fewer levels"));
  }

  /** Random damage to a real experiment: whatever it does, the answer is a value or one line. */
  @Test
  void damagedTextIsReadOrExplainedInOneLine() throws IOException {
    String text = Files.readString(Path.of("configs/imagenet32_gc.textproto"));
    String signs = "{}[]<>:,;\"'#\\-+.0z9eE\n\u00e9";
    Random random = new Random(1);
    int explained = 0;
    for (int i = 0; i < 3000; i++) {
      StringBuilder damaged = new StringBuilder(text);
      for (int hits = random.nextInt(3); hits >= 0; hits--) {
        int place = random.nextInt(damaged.length());
        String sign = String.valueOf(signs.charAt(random.nextInt(signs.length())));
        damaged.replace(place, place + random.nextInt(8), random.nextBoolean() ? sign : "");
      }
      try {
        ExperimentFile.parse("a.textproto", damaged.toString(), List.of());
      } catch (InvalidInputException e) {
        explained++;
        String message = String.valueOf(e.getMessage());
        assertTrue(message.matches("a\\.textproto(:\\d+)?: .+\\. .+|.*mean .+\\?"), message);
        assertFalse(message.contains("couplet."), message);
      }
    }
    assertTrue(explained > 1000, "only " + explained + " were refused");
  }

  private static Arguments images(String further, int line, String message) {
    return arguments(IMAGES + further, "a.textproto:" + line + ": " + message);
  }

  private static Arguments consistency(String setting, String message) {
    return arguments(
        POINTS + "consistency {\n  " + setting + "\n}", "a.textproto:4: consistency." + message);
  }

  private static Arguments score(String setting, String message) {
    return arguments(POINTS + "score {\n  " + setting + "\n}", "a.textproto:4: score." + message);
  }

  private static Arguments network(String setting, String message) {
    return arguments(
        "dataset { procedural {} }\nnetwork { song_unet {\n  channel_mult: [1, 2, 2]\n  "
            + setting
            + "\n} }",
        "a.textproto:4: network.song_unet." + message);
  }
}
