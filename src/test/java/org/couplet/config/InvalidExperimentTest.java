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
import java.util.Map;
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
    assertSays(message, error);
  }

  // The place, the field and what is wrong; the remedy may be reworded.
  private static void assertSays(String start, InvalidInputException error) {
    String message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith(start), message + "\nwhere expected: " + start);
  }

  @Test
  void placeFieldProblemAndRemedyAreOneLine() {
    Map<String, String> examples =
        Map.of(
            "consistency {\n  sigma_mn: 1\n}",
            "a.textproto:2: consistency.sigma_mn: no such field. Did you mean sigma_min?",
            IMAGES + "consistency {\n  sigma_min: 90\n}",
            "a.textproto:4: consistency.sigma_min: 90 is not below sigma_max (80). Lower it or raise sigma_max",
            IMAGES + "ema {\n  decay: 1\n}",
            "a.textproto:4: ema.decay: must be in [0, 1), got 1");
    examples.forEach(
        (text, message) ->
            assertEquals(
                message,
                assertThrows(
                        InvalidInputException.class,
                        () -> ExperimentFile.parse("a.textproto", text, List.of()))
                    .getMessage()));
  }

  static Stream<Arguments> unreadable() {
    return Stream.of(
        arguments(
            "consistency {\n  sigma_mn: 1\n}",
            "a.textproto:2: consistency.sigma_mn: no such field"),
        arguments(
            "consistency {\n  coupling { reflow { mu: 1 } }\n}",
            "a.textproto:2: consistency.coupling.reflow: no such field"),
        arguments("network {}\ntrain { steps: 5 }", "a.textproto:2: train: no such field"),
        arguments(
            POINTS + "name: 'a\\033[31mb'", "a.textproto:3: name: contains control characters"),
        arguments("run {\n  steps: 1\n  steps: 2\n}", "a.textproto:3: run.steps: given twice"),
        arguments("run {}\nrun {}", "a.textproto:2: run: given twice"),
        arguments(
            "optimizer {\n  lion {}\n  adam {}\n}",
            "a.textproto:3: optimizer.adam: only one of lion, adam, radam, adamw may be given"),
        arguments(
            "consistency {}\nscore {}",
            "a.textproto:2: score: only one of consistency, score may be given"),
        arguments(
            "run {\n  steps: many\n}",
            "a.textproto:2: run.steps: many is not a whole number of 64 bits"),
        arguments(
            "run {\n  batch_size: 2.5\n}",
            "a.textproto:2: run.batch_size: 2.5 is not a whole number of 32 bits"),
        arguments(
            "run {\n  batch_size: 99999999999\n}",
            "a.textproto:2: run.batch_size: 99999999999 is not a whole number of 32 bits"),
        arguments("ema { decay: high }", "a.textproto:1: ema.decay: high is not a number"),
        arguments(
            "ema { decay: [0.9] }", "a.textproto:1: ema.decay: a list, where one value belongs"),
        arguments(
            "dataset { procedural { resolution: 32 } horizontal_flip: yes }",
            "a.textproto:1: dataset.horizontal_flip: yes is neither true nor false"),
        arguments("name: 5", "a.textproto:1: name: 5 is not a text"),
        arguments("name: \"five\nrun {}", "a.textproto:1: name: the text has no closing quote"),
        arguments(
            "network { song_unet { embedding: POSITION } }",
            "a.textproto:1: network.song_unet.embedding: POSITION is not known"),
        arguments(
            "network { song_unet {\n channel_mult: [1, two] } }",
            "a.textproto:2: network.song_unet.channel_mult: two is not a whole number of 32 bits"),
        arguments("run {}\ntrain {\n  steps: 5\n", "a.textproto:2: train: no such field"),
        arguments("consis {}", "a.textproto:1: consis: no such field"),
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
        arguments("", "a.textproto: dataset: the source is missing"),
        arguments(
            "\ndataset { horizontal_flip: true }", "a.textproto:2: dataset: the source is missing"),
        arguments("dataset { procedural {} }", "a.textproto: network: the architecture is missing"),
        arguments(
            "dataset { image_file {} }\nnetwork { song_unet { channel_mult: 1 } }",
            "a.textproto:1: dataset.image_file.path: missing"),
        arguments(
            "dataset { procedural {} }\nnetwork { song_unet {} }",
            "a.textproto:2: network.song_unet.channel_mult: missing"),
        arguments(
            "dataset { procedural {} }\nnetwork { mlp {} }",
            "a.textproto:2: network.mlp: a network for points, but the data are images"),
        arguments(
            "dataset { gaussians {} }\nnetwork { song_unet { channel_mult: 1 } }",
            "a.textproto:2: network.song_unet: a network for images, but the data are points"));
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        images(
            "consistency {\n  sigma_min: 90\n}",
            4,
            "consistency.sigma_min: 90 is not below sigma_max (80)"),
        images(
            "consistency {\n  sigma_min: 0\n}",
            4,
            "consistency.sigma_min: must be positive, got 0"),
        images("consistency {\n  rho: nan\n}", 4, "consistency.rho: must be finite, got NaN"),
        images(
            "optimizer { learning_rate: 1e999 }",
            3,
            "optimizer.learning_rate: must be finite, got Infinity"),
        images(
            "consistency { levels { exponential { s0: 40 s1: 20 } } }",
            3,
            "consistency.levels.exponential.s1: 20 is below s0 (40). Raise it or lower s0"),
        images(
            "consistency { levels { square_root { s0: 40 s1: 20 } } }",
            3,
            "consistency.levels.square_root.s1: 20 is below s0 (40)"),
        images(
            "consistency { levels { constant { count: 1 } } }",
            3,
            "consistency.levels.constant.count: must be in [2, 1000000], got 1"),
        images(
            "consistency { coupling { generator_induced { mu: 1.5 } } }",
            3,
            "consistency.coupling.generator_induced.mu: must be in [0, 1], got 1.5"),
        images("ema { decay: 1 }", 3, "ema.decay: must be in [0, 1), got 1"),
        images("run { steps: 0 }", 3, "run.steps: must be at least 1, got 0"),
        images(
            "optimizer { clip_norm: -0.5 }",
            3,
            "optimizer.clip_norm: must be at least 0, got -0.5"),
        images("optimizer { accumulate: 0 }", 3, "optimizer.accumulate: must be at least 1, got 0"),
        images(
            "optimizer { accumulate: 3 }",
            3,
            "optimizer.accumulate: 512 rows (run.batch_size) do not fall into 3 equal parts"),
        images(
            "optimizer { adam { epsilon: 0 } }",
            3,
            "optimizer.adam.epsilon: must be positive, got 0"),
        arguments(
            POINTS + "consistency { rho: -1 }",
            "a.textproto:3: consistency.rho: must be positive, got -1"),
        arguments(
            "dataset { gaussians {} }\nnetwork { mlp {} }\nruntime { remat: true }",
            "a.textproto:3: runtime.remat: an MLP has no blocks to compute again"),
        arguments(
            "dataset { gaussians {} horizontal_flip: true }\nnetwork { mlp {} }",
            "a.textproto:1: dataset.horizontal_flip: points can't be mirrored"),
        arguments(
            "dataset {\n image_file { path: \"x.npy\" channels: 4 }\n}\n"
                + "network { song_unet { channel_mult: 1 } }",
            "a.textproto:2: dataset.image_file.channels: 4 is neither 1 nor 3"),
        arguments(
            "dataset {\n procedural { resolution: 18 } }\n"
                + "network { song_unet { channel_mult: [1, 2, 2] } }",
            "a.textproto:2: dataset.procedural.resolution: 18 does not halve 2 times, as 3 levels of channel_mult need"),
        arguments(
            "dataset {\n procedural { resolution: 7 } }\nnetwork { song_unet { channel_mult: 1 } }",
            "a.textproto:2: dataset.procedural.resolution: must be in [8, 4096], got 7"),
        arguments(
            POINTS + "consistency {\n levels { constant { count: 1000001 } } }",
            "a.textproto:4: consistency.levels.constant.count: must be in [2, 1000000], got 1000001"),
        arguments(
            POINTS + "consistency {\n levels { exponential { s1: 2147483647 } } }",
            "a.textproto:4: consistency.levels.exponential.s1: must be at most 1000000, got 2147483647"),
        arguments(
            POINTS
                + "run { batch_size: 1 }\nconsistency {\n coupling { generator_induced { mu: 0.5 } } }",
            "a.textproto:5: consistency.coupling.generator_induced.mu: 0.5 of 1 row (run.batch_size) rounds to all"),
        arguments(
            "dataset { procedural { resolution: 512 } }\n"
                + "network { song_unet { channel_mult: 1 } }\nevaluation { sample_count: 3000 }",
            "a.textproto:3: evaluation.sample_count: 3000 images of 512 x 512 are too many to draw at once. Give at most 381"),
        arguments(
            POINTS
                + "run { batch_size: 4 }\nconsistency {\n coupling { generator_induced { mu: 0.1 } } }",
            "a.textproto:5: consistency.coupling.generator_induced.mu: 0.1 of 4 rows (run.batch_size) rounds to none"),
        arguments(
            POINTS
                + "run { batch_size: 4 }\nconsistency {\n"
                + " coupling { generator_induced { mu: 0 mu_end: 0.1 } } }",
            "a.textproto:5: consistency.coupling.generator_induced.mu_end: 0.1 of 4 rows (run.batch_size) rounds to none"),
        network("num_blocks: [1, 2]", "num_blocks: 2 values for 3 levels"),
        network("num_blocks: 0", "num_blocks: must be in [1, 1000], got 0"),
        network("dropout: [0, 1, 0]", "dropout: must be in [0, 1), got 1"),
        network("attn_resolutions: 5", "attn_resolutions: 5 is not the resolution of a level"),
        network("model_channels: 30", "model_channels: 30 is not a positive multiple of 4"),
        network(
            "model_channels: 36",
            "model_channels: 36 makes a layer of 144 channels, which GroupNorm can't split into 32 groups"),
        network(
            "resample_filter: [1, 2, 1]", "resample_filter: 3 values can't double a resolution"),
        network("resample_filter: [1, -1]", "resample_filter: its sum, 0, is not positive"),
        arguments(
            "dataset { procedural {} }\nnetwork { adm_unet {} }",
            "a.textproto:2: network.adm_unet.channel_mult: missing"),
        adm("channel_mult: [1, 2, 2] dropout: [0, 0]", "dropout: 2 values for 3 levels"),
        adm("channel_mult: 1 attn_resolutions: 5", "attn_resolutions: 5 is not the resolution"),
        adm(
            "channel_mult: [3, 1] model_channels: 44",
            "model_channels: 44 makes a layer of 132 channels, which GroupNorm can't split"),
        adm(
            "channel_mult: [1, 2] model_channels: 32 channels_per_head: 48",
            "channels_per_head: 64 channels at 8x8 do not fall into heads of 48"));
  }

  private static Arguments adm(String settings, String message) {
    return arguments(
        "dataset { procedural {} }\nnetwork { adm_unet {\n  " + settings + " } }",
        "a.textproto:3: network.adm_unet." + message);
  }

  // What an objective does not allow.
  static Stream<Arguments> unmethodical() {
    return Stream.of(
        consistency(
            "process { bridge { alpha: SIGMA } }",
            "process.bridge.alpha: SIGMA requires sigma_max <= 1, but it is 80"),
        arguments(
            IMAGES + "consistency {\n noise { two_gaussians {} } }",
            "a.textproto:4: consistency.noise.two_gaussians: noise in the plane, but the data are images"),
        consistency(
            "coupling { generator_induced { remove_noise: true } }",
            "coupling.generator_induced.remove_noise: is for images"),
        consistency(
            "noise { two_gaussians { standard_deviation: 0 } }",
            "noise.two_gaussians.standard_deviation: must be positive, got 0"),
        consistency(
            "timestep_law { uniform {} } levels { tuning {} }",
            "timestep_law.uniform: tuning draws its levels from the lognormal law"),
        consistency("levels { tuning { q: 1 } }", "levels.tuning.q: must be above 1, got 1"),
        consistency(
            "coupling { batch_ot { pool: 2 sinkhorn {} } }",
            "coupling.batch_ot.pool: a pool needs each noise row for one data row"),
        consistency(
            "coupling { batch_ot { pool: 32 } }",
            "coupling.batch_ot.pool: 32 steps of 512 rows (run.batch_size) are 16384 rows, more than"
                + " 8192. Lower it"),
        arguments(
            """
            dataset { procedural { resolution: 512 } }
            network { song_unet { channel_mult: [1, 2, 2] } }
            consistency {
              coupling { batch_ot { pool: 16 } }
            }
            """,
            "a.textproto:4: consistency.coupling.batch_ot.pool: 16 steps of 512 rows"),
        told("label_dropout: 0.1", "network.label_dropout: this network is told no classes"),
        told("label_dim: 100001", "network.label_dim: must be in [0, 100000], got 100001"),
        arguments(
            POINTS.replace("mlp {}", "mlp {} label_dim: 2"),
            "a.textproto:2: network.label_dim: points have no classes"),
        classes(
            "class_names: 'a' class_counts: 1",
            "class_names: 1 classes where network.label_dim is 2"),
        classes("class_names: ['a', 'b'] class_counts: 1", "class_counts: 1 counts for 2 names"),
        classes(
            "class_names: ['a', 'a'] class_counts: [1, 1]",
            "class_names: two classes are called a"),
        classes("class_names: ['a', ' '] class_counts: [1, 1]", "class_names: a class without a"),
        classes(
            "class_names: ['a', 'b'] class_counts: [0, 0]", "class_counts: no class has an image"),
        consistency(
            "levels { tuning { stages: 0 } }", "levels.tuning.stages: must be at least 1, got 0"),
        consistency(
            "levels { tuning { q: 4 stages: 10 } }",
            "levels.tuning.stages: 10 stages of q (4) leave less than a millionth of a level between two"),
        consistency("levels { tuning { k: -1 } }", "levels.tuning.k: must be at least 0, got -1"),
        consistency("levels { tuning { b: 0 } }", "levels.tuning.b: must be positive, got 0"),
        consistency("coupling { pf_ode {} }", "coupling.pf_ode.run: missing"),
        consistency(
            "coupling { pf_ode { run: \"r\" } } process { bridge {} }",
            "coupling.pf_ode: a score model's flow is that of variance_exploding with normal noise"),
        consistency(
            "coupling { pf_ode { run: \"r\" } } noise { two_gaussians {} }",
            "coupling.pf_ode: a score model's flow is that of variance_exploding with normal noise"),
        consistency(
            "coupling { batch_ot { sinkhorn { regularization: 0 } } }",
            "coupling.batch_ot.sinkhorn.regularization: must be positive, got 0"),
        consistency(
            "coupling { batch_ot { sinkhorn { iterations: 0 } } }",
            "coupling.batch_ot.sinkhorn.iterations: must be at least 1, got 0"),
        arguments(
            POINTS + "consistency {\n coupling { batch_ot {} } }\nrun { batch_size: 16385 }",
            "a.textproto:4: consistency.coupling.batch_ot: pairs at most 16384 rows"),
        score("std: 0", "std: must be positive, got 0"),
        score("sigma_data: 0", "sigma_data: must be positive, got 0"),
        score("rho: 0", "rho: must be positive, got 0"),
        score("sigma_min: 90", "sigma_min: 90 is not below sigma_max (80)"),
        arguments(
            POINTS + "score {}\nevaluation {\n gradient_variance_every: 5 }",
            "a.textproto:5: evaluation.gradient_variance_every: is for consistency models"),
        arguments(
            POINTS + "evaluation {\n gradient_variance_every: -1 }",
            "a.textproto:4: evaluation.gradient_variance_every: must be at least 0, got -1"));
  }

  @ParameterizedTest
  @MethodSource("overrides")
  void mistakeInAnOverrideIsNamedAsTyped(String override, String message) {
    var error =
        assertThrows(
            InvalidInputException.class,
            () -> ExperimentFile.parse("a.textproto", IMAGES, List.of(override)));
    assertSays("--set " + override + ": " + message, error);
  }

  static Stream<Arguments> overrides() {
    return Stream.of(
        arguments("consistency.sigma_min=90", "90 is not below sigma_max (80)"),
        arguments(
            "consistency.sigma_max=0.001",
            "consistency.sigma_min: 0.002 is not below sigma_max (0.001)"),
        arguments(
            "consistency.sigma_mn=1",
            "no field named \"sigma_mn\" in consistency. Did you mean sigma_min?"),
        arguments(
            "dataset.gaussians.count=5",
            "network.song_unet: a network for images, but the data are points"),
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
            "consistency.coupling.generator_induced.mu: must be in [0, 1], got 2"),
        arguments("network.song_unet.num_blocks=[1, 1001]", "must be in [1, 1000], got 1001"),
        arguments(
            "network.song_unet.channel_mult=[1,1,1,1,1,1]",
            "dataset.procedural.resolution: 16 does not halve 5 times, as 6 levels of channel_mult need"));
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
        assertTrue(
            message.matches("a\\.textproto(:\\d+)?: .+(\\. |must be ).+|.*mean .+\\?"), message);
        assertFalse(message.contains("couplet."), message);
      }
    }
    assertTrue(explained > 1000, "only " + explained + " were refused");
  }

  private static Arguments images(String further, int line, String message) {
    return arguments(IMAGES + further, "a.textproto:" + line + ": " + message);
  }

  private static Arguments told(String setting, String message) {
    return arguments(
        "dataset { procedural {} }\nnetwork { song_unet { channel_mult: 1 }\n  " + setting + "\n}",
        "a.textproto:3: " + message);
  }

  private static Arguments classes(String setting, String message) {
    return arguments(
        "dataset { procedural {}\n  "
            + setting
            + "\n}\nnetwork { song_unet { channel_mult: 1 } label_dim: 2 }",
        "a.textproto:2: dataset." + message);
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
