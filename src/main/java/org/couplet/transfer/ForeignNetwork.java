package org.couplet.transfer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.couplet.foreign.ForeignTensor;
import org.couplet.foreign.ForeignWeights;
import org.couplet.io.InvalidInputException;

/**
 * The network that foreign weights are of, as part of a config. It follows from the names and
 * shapes of EDM's tensors; what these don't show is taken from what the file records, or else is
 * guessed and said.
 */
final class ForeignNetwork {
  private static final String ANCHOR = "map_layer0.weight";
  private static final Pattern LEVEL = Pattern.compile("enc\\.(\\d{1,5})x\\1_.*");
  // Networks with the other encoders and decoders of EDM's code.
  private static final List<String> NOT_HERE = List.of("_aux_skip", "_aux_down", "_aux_up");
  private static final String LABELS = "map_label.weight";
  private static final int EMBEDDING_FACTOR = 4;
  // Four times those of the deepest published network (iCT-deep); building the run takes half a
  // minute then.
  private static final int MOST_BLOCKS = 128;

  private final Path file;
  private final Map<String, Object> recorded;
  private final String prefix;
  // Without the prefix.
  private final Map<String, ForeignTensor> tensors = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();
  private final List<Integer> levels;
  private final boolean adm;
  private final long width;

  ForeignNetwork(Path file, ForeignWeights weights) {
    this.file = file;
    this.recorded = weights.recorded();
    List<String> anchors =
        weights.tensors().keySet().stream().filter(name -> name.endsWith(ANCHOR)).toList();
    if (anchors.size() != 1) {
      throw refusal(
          "its tensors are not those of one network of EDM's code (%d are called %s)"
              .formatted(anchors.size(), ANCHOR));
    }
    prefix = anchors.get(0).substring(0, anchors.get(0).length() - ANCHOR.length());
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix)) {
                tensors.put(name.substring(prefix.length()), tensor);
              }
            });
    levels = levels();
    adm = tensors.containsKey("out_conv.weight");
    width = adm ? size(ANCHOR, 1) : size(conv(0, "conv"), 0);
    requireKnown();
  }

  /** What stands before the names of the network's tensors. */
  String prefix() {
    return prefix;
  }

  /** What was guessed, a sentence each. */
  List<String> remarks() {
    return remarks;
  }

  /** The network and the size of its images, as textproto. */
  String config() {
    return """
    dataset { image_file { path: "data/images.npy" resolution: %d channels: %d } }
    network { %s%s { %s } }
    """
        .formatted(
            levels.get(0),
            size(conv(0, "conv"), 1),
            labels(),
            adm ? "adm_unet" : "song_unet",
            String.join(" ", adm ? adm() : song()));
  }

  private List<Integer> levels() {
    TreeSet<Integer> sizes = new TreeSet<>(Comparator.reverseOrder());
    for (String name : tensors.keySet()) {
      Matcher level = LEVEL.matcher(name);
      if (level.matches()) {
        sizes.add(Integer.valueOf(level.group(1)));
      }
    }
    if (sizes.isEmpty()) {
      throw refusal("its network has no encoder (enc.32x32_conv.weight, say)");
    }
    return List.copyOf(sizes);
  }

  private void requireKnown() {
    for (String name : tensors.keySet()) {
      if (NOT_HERE.stream().anyMatch(name::contains)) {
        throw refusal("its encoder or decoder is of EDM's type skip, which Couplet has not");
      }
    }
    if (!adm && size(ANCHOR, 0) != EMBEDDING_FACTOR * width) {
      throw refusal(
          "its embedding has %d channels, not the %d of Couplet's networks of this width"
              .formatted(size(ANCHOR, 0), EMBEDDING_FACTOR * width));
    }
  }

  private String labels() {
    if (!tensors.containsKey(LABELS)) {
      return "";
    }
    Object dropout = recorded.get("label_dropout");
    return "label_dim: %d label_dropout: %s "
        .formatted(size(LABELS, 1), dropout instanceof Number ? dropout : 0);
  }

  private List<String> common() {
    List<String> attention = new ArrayList<>();
    List<String> factors = new ArrayList<>();
    List<String> blocks = new ArrayList<>();
    int total = 0;
    for (int level = 0; level < levels.size(); level++) {
      long channels = size(conv(level, "block0.conv0"), 0);
      if (width < 1 || channels % width != 0) {
        throw refusal(
            "level %d has %d channels, no multiple of %d".formatted(level, channels, width));
      }
      factors.add(String.valueOf(channels / width));
      int count = 1;
      while (tensors.containsKey(conv(level, "block" + count + ".conv0"))) {
        count++;
      }
      blocks.add(String.valueOf(count));
      total += count;
      if (tensors.containsKey(conv(level, "block0.qkv"))) {
        attention.add(String.valueOf(levels.get(level)));
      }
    }
    if (total > MOST_BLOCKS) {
      throw new InvalidInputException(
          "%s: its encoder has %d blocks, more than the %d that are imported; give weights of a smaller network"
              .formatted(file, total, MOST_BLOCKS));
    }
    return List.of(
        "model_channels: " + width,
        "channel_mult: " + factors,
        "num_blocks: " + blocks,
        "attn_resolutions: " + attention,
        "dropout: " + dropout());
  }

  private List<String> adm() {
    List<String> fields = new ArrayList<>(common());
    fields.add("channel_mult_emb: " + size(ANCHOR, 0) / width);
    if (recorded.get("channels_per_head") instanceof Number head) {
      // EDM's code has always 64.
      fields.add("channels_per_head: " + head);
    }
    return fields;
  }

  private List<String> song() {
    boolean fourier = tensors.containsKey("map_noise.freqs");
    boolean residual = tensors.keySet().stream().anyMatch(name -> name.contains("_aux_residual."));
    List<String> fields = new ArrayList<>(common());
    fields.add("embedding: " + (fourier ? "FOURIER" : "POSITIONAL"));
    fields.add("channel_mult_noise: " + size(ANCHOR, 1) / width);
    fields.add("encoder: " + (residual ? "RESIDUAL" : "STANDARD"));
    fields.add("resample_filter: " + filter(residual));
    return fields;
  }

  private Object dropout() {
    Object dropout = recorded.get("dropout");
    boolean perLevel =
        dropout instanceof List<?> list && list.stream().allMatch(Number.class::isInstance);
    if (dropout != null && (dropout instanceof Number || perLevel)) {
      return dropout;
    }
    remarks.add("dropout is not recorded and was set to 0; it matters in further training only");
    return 0;
  }

  // The buffers are outer products of the filter with itself, of sum 1.
  private List<Double> filter(boolean residual) {
    for (Map.Entry<String, ForeignTensor> tensor : tensors.entrySet()) {
      long[] shape = tensor.getValue().shape();
      if (tensor.getKey().endsWith("resample_filter") && shape.length == 4) {
        return ResampleFilter.taps(WeightMap.values(file, tensor.getKey(), tensor.getValue()));
      }
    }
    if (recorded.get("resample_filter") instanceof List<?> taps
        && taps.stream().allMatch(Number.class::isInstance)) {
      return taps.stream().map(tap -> ((Number) tap).doubleValue()).toList();
    }
    if (levels.size() > 1) {
      remarks.add(
          "the filter of the resampling is not recorded; taken for that of "
              + (residual ? "NCSN++" : "DDPM++"));
    }
    return residual ? List.of(1.0, 3.0, 3.0, 1.0) : List.of(1.0, 1.0);
  }

  private String conv(int level, String part) {
    int size = levels.get(level);
    return "enc.%dx%d_%s.weight".formatted(size, size, part);
  }

  private long size(String name, int axis) {
    ForeignTensor tensor = tensors.get(name);
    if (tensor == null || tensor.shape().length <= axis) {
      throw refusal(
          "its tensor %s is missing or of another shape; it has %s"
              .formatted(
                  prefix + name,
                  tensors.keySet().stream().limit(3).collect(Collectors.joining(", "))));
    }
    WeightMap.requireFloating(file, prefix + name, tensor);
    return tensor.shape()[axis];
  }

  private InvalidInputException refusal(String problem) {
    return new InvalidInputException(
        file + ": " + problem + "; give weights of a SongUNet or an ADM network with EDM's names");
  }
}
