package org.couplet.transfer;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The names and shapes that {@code load_state_dict(strict=True)} of EDM's code asks for, from the
 * arguments of its preconditioners alone. What is not among them has the default of EDM's
 * signatures (NVlabs/edm, training/networks.py).
 */
final class EdmNames {
  private static final String PREFIX = "model.";

  private final Map<String, Object> arguments;
  private final boolean adm;
  private final int width;
  private final int embedded;
  private final int blocks;
  private final List<Integer> factors;
  private final List<Integer> attention;
  private final int taps;
  private final Map<String, String> shapes = new TreeMap<>();
  private final Deque<Integer> skips = new ArrayDeque<>();

  private EdmNames(Map<String, Object> arguments) {
    this.arguments = arguments;
    adm = arguments.getOrDefault("model_type", "DhariwalUNet").equals("DhariwalUNet");
    width = number("model_channels", adm ? 192 : 128);
    embedded = width * number("channel_mult_emb", 4);
    blocks = number("num_blocks", adm ? 3 : 4);
    factors = numbers("channel_mult", adm ? List.of(1, 2, 3, 4) : List.of(1, 2, 2, 2));
    attention = numbers("attn_resolutions", adm ? List.of(32, 16, 8) : List.of(16));
    taps = adm ? 2 : numbers("resample_filter", List.of(1, 1)).size();
  }

  /** Shapes as text, by name. */
  static Map<String, String> of(Map<String, Object> arguments) {
    EdmNames names = new EdmNames(arguments);
    names.mapping();
    names.decoder(names.encoder());
    return names.shapes;
  }

  private void mapping() {
    int classes = number("label_dim", 0);
    int noise = adm ? width : width * number("channel_mult_noise", 1);
    if (text("embedding_type", "positional").equals("fourier")) {
      add("map_noise.freqs", noise / 2);
    }
    if (classes > 0 && adm) {
      add("map_label.weight", embedded, classes);
    } else if (classes > 0) {
      layer("map_label", noise, classes);
    }
    layer("map_layer0", embedded, noise);
    layer("map_layer1", embedded, embedded);
  }

  private int encoder() {
    int channels = adm ? width * factors.get(0) : width;
    int aux = number("img_channels", 0);
    for (int level = 0; level < factors.size(); level++) {
      String size = "enc." + size(level);
      if (level == 0) {
        layer(size + "_conv", channels, aux, 3, 3);
      } else {
        block(size + "_down", channels, channels, false, true);
        if (text("encoder_type", "standard").equals("residual")) {
          layer(size + "_aux_residual", channels, aux, 3, 3);
          add(size + "_aux_residual.resample_filter", 1, 1, taps, taps);
          aux = channels;
        }
      }
      skips.push(channels);
      for (int i = 0; i < blocks; i++) {
        int out = width * factors.get(level);
        block(size + "_block" + i, channels, out, attends(level), false);
        channels = out;
        skips.push(channels);
      }
    }
    return channels;
  }

  private void decoder(int encoded) {
    int channels = encoded;
    for (int level = factors.size() - 1; level >= 0; level--) {
      String size = "dec." + size(level);
      if (level == factors.size() - 1) {
        block(size + "_in0", channels, channels, true, false);
        block(size + "_in1", channels, channels, false, false);
      } else {
        block(size + "_up", channels, channels, false, true);
      }
      for (int i = 0; i <= blocks; i++) {
        int out = width * factors.get(level);
        boolean attends = attends(level) && (adm || i == blocks);
        block(size + "_block" + i, channels + skips.pop(), out, attends, false);
        channels = out;
      }
    }
    String last = adm ? "out" : "dec." + size(0) + "_aux";
    layer(last + "_norm", channels);
    layer(last + "_conv", number("img_channels", 0), channels, 3, 3);
  }

  private void block(String name, int in, int out, boolean attends, boolean resamples) {
    layer(name + ".norm0", in);
    layer(name + ".conv0", out, in, 3, 3);
    layer(name + ".affine", adm ? 2 * out : out, embedded);
    layer(name + ".norm1", out);
    layer(name + ".conv1", out, out, 3, 3);
    if (in != out || (resamples && !adm)) {
      layer(name + ".skip", out, in, 1, 1);
    }
    if (resamples) {
      add(name + ".conv0.resample_filter", 1, 1, taps, taps);
      add(name + ".skip.resample_filter", 1, 1, taps, taps);
    }
    if (attends) {
      layer(name + ".norm2", out);
      layer(name + ".qkv", 3 * out, out, 1, 1);
      layer(name + ".proj", out, out, 1, 1);
    }
  }

  private boolean attends(int level) {
    return attention.contains(number("img_resolution", 0) >> level);
  }

  private String size(int level) {
    int size = number("img_resolution", 0) >> level;
    return size + "x" + size;
  }

  private void layer(String name, int... weight) {
    add(name + ".weight", weight);
    add(name + ".bias", weight[0]);
  }

  private void add(String name, int... shape) {
    shapes.put(PREFIX + name, Arrays.toString(shape));
  }

  private int number(String name, int otherwise) {
    return ((Number) arguments.getOrDefault(name, otherwise)).intValue();
  }

  private String text(String name, String otherwise) {
    return String.valueOf(arguments.getOrDefault(name, otherwise));
  }

  private List<Integer> numbers(String name, List<Integer> otherwise) {
    return ((List<?>) arguments.getOrDefault(name, otherwise))
        .stream().map(each -> ((Number) each).intValue()).toList();
  }
}
