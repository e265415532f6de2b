package org.couplet.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.SongUNetConfig;

/** What a SongUNet's settings must keep among themselves and with the images' resolution. */
final class SongUNetRules {
  private static final String PATH = "network.song_unet.";

  private final SongUNetConfig network;
  private final String resolutionPath;
  private final int resolution;
  private final Origins origins;

  /**
   * @param experiment a resolved experiment of images and a SongUNet
   * @param origins where its values were written
   */
  SongUNetRules(Experiment experiment, Origins origins) {
    DatasetConfig dataset = experiment.getDataset();
    boolean file = dataset.hasImageFile();
    this.network = experiment.getNetwork().getSongUnet();
    this.resolutionPath = file ? "dataset.image_file.resolution" : "dataset.procedural.resolution";
    this.resolution = (int) ElementShape.of(dataset).get(0);
    this.origins = origins;
  }

  /** Checks everything. */
  void check() {
    if (network.getChannelMultCount() == 0) {
      throw origins.problem(
          PATH + "channel_mult", "missing. Give a factor per level, such as [1, 2, 2]");
    }
    onePerLevel("num_blocks", network.getNumBlocksCount());
    onePerLevel("dropout", network.getDropoutCount());
    resolution();
    attention();
    widths();
    filter();
  }

  private void onePerLevel(String name, int count) {
    int levels = network.getChannelMultCount();
    if (count != levels) {
      throw origins.problem(
          PATH + name,
          count + " values for " + levels + " levels. Give one value, or one per level",
          PATH + "channel_mult");
    }
  }

  private void resolution() {
    int halvings = network.getChannelMultCount() - 1;
    // Beyond 30 halvings no resolution of 32 bits is left.
    long divisor = 1L << Math.min(halvings, 31);
    if (resolution % divisor != 0) {
      String times = halvings == 1 ? "once" : halvings + " times";
      String works =
          divisor > 4096
              ? "Use fewer levels"
              : "Use a multiple of " + divisor + ", or fewer levels";
      throw origins.problem(
          resolutionPath,
          resolution
              + " does not halve "
              + times
              + ", as "
              + (halvings + 1)
              + " levels of "
              + "channel_mult need. "
              + works,
          PATH + "channel_mult");
    }
  }

  private void attention() {
    List<Integer> levels =
        IntStream.range(0, network.getChannelMultCount())
            .mapToObj(level -> resolution >> level)
            .toList();
    for (int attention : network.getAttnResolutionsList()) {
      if (!levels.contains(attention)) {
        String known = levels.stream().map(String::valueOf).collect(Collectors.joining(", "));
        throw origins.problem(
            PATH + "attn_resolutions",
            attention + " is not the resolution of a level. Choose from " + known,
            resolutionPath,
            PATH + "channel_mult");
      }
    }
  }

  /** GroupNorm has min(32, channels / 4) groups, which must divide the channels. */
  private void widths() {
    int channels = network.getModelChannels();
    if (channels < 4 || channels % 4 != 0) {
      throw origins.problem(
          PATH + "model_channels",
          channels + " is not a positive multiple of 4. Use a multiple of 32");
    }
    for (long width : normalizedWidths()) {
      long groups = Math.min(32, width / 4);
      if (width % groups != 0) {
        throw origins.problem(
            PATH + "model_channels",
            String.format(
                "%d makes a layer of %d channels, which GroupNorm can't split into %d groups."
                    + " Use a multiple of 32",
                channels, width, groups),
            PATH + "channel_mult");
      }
    }
  }

  /** The channels of everything that is normalised, concatenations with skips included. */
  private Set<Long> normalizedWidths() {
    Set<Long> widths = new TreeSet<>();
    int levels = network.getChannelMultCount();
    widths.add((long) network.getModelChannels());
    for (int level = 0; level < levels; level++) {
      long width = width(level);
      long above = level == 0 ? network.getModelChannels() : width(level - 1);
      long below = width(Math.min(level + 1, levels - 1));
      widths.add(width);
      // The decoder's blocks take the level's skips from the last to the opening one.
      widths.add(below + width);
      if (network.getNumBlocks(level) > 1) {
        widths.add(width + width);
      }
      widths.add(width + above);
    }
    return widths;
  }

  private long width(int level) {
    return (long) network.getModelChannels() * network.getChannelMult(level);
  }

  private void filter() {
    List<Double> filter = network.getResampleFilterList();
    if (filter.size() % 2 != 0) {
      throw origins.problem(
          PATH + "resample_filter",
          filter.size() + " values can't double a resolution. Give an even number of them");
    }
    double sum = filter.stream().mapToDouble(Double::doubleValue).sum();
    if (!(sum > 0)) {
      throw origins.problem(
          PATH + "resample_filter",
          "its sum, " + NumberRules.plain(sum) + ", is not positive. Give values such as [1, 1]");
    }
  }
}
