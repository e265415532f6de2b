package org.couplet.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.couplet.config.proto.AdmUNetConfig;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.SongUNetConfig;

/** What a UNet's settings must keep among themselves and with the images' resolution. */
final class UNetRules {
  private final Settings network;
  private final String resolutionPath;
  private final int resolution;
  private final Origins origins;

  /**
   * What the networks have in common.
   *
   * @param path of the settings, with a dot at its end
   * @param dropouts how many values of dropout there are
   * @param inputWidth channels that the first convolution makes of the image
   */
  private record Settings(
      String path,
      int modelChannels,
      List<Integer> channelMult,
      List<Integer> numBlocks,
      int dropouts,
      List<Integer> attnResolutions,
      long inputWidth) {
    int levels() {
      return channelMult.size();
    }

    long width(int level) {
      return (long) modelChannels * channelMult.get(level);
    }
  }

  private UNetRules(Experiment experiment, Settings network, Origins origins) {
    DatasetConfig dataset = experiment.getDataset();
    boolean file = dataset.hasImageFile();
    this.network = network;
    this.resolutionPath = file ? "dataset.image_file.resolution" : "dataset.procedural.resolution";
    this.resolution = (int) ElementShape.of(dataset).get(0);
    this.origins = origins;
  }

  /**
   * Checks everything.
   *
   * @param experiment a resolved experiment of images and a UNet
   * @param origins where its values were written
   */
  static void check(Experiment experiment, Origins origins) {
    if (experiment.getNetwork().hasAdmUnet()) {
      AdmUNetConfig config = experiment.getNetwork().getAdmUnet();
      UNetRules rules = new UNetRules(experiment, settings(config), origins);
      rules.check();
      rules.heads(config.getChannelsPerHead());
    } else {
      SongUNetConfig config = experiment.getNetwork().getSongUnet();
      UNetRules rules = new UNetRules(experiment, settings(config), origins);
      rules.check();
      rules.filter(config.getResampleFilterList());
    }
  }

  private static Settings settings(SongUNetConfig config) {
    return new Settings(
        "network.song_unet.",
        config.getModelChannels(),
        config.getChannelMultList(),
        config.getNumBlocksList(),
        config.getDropoutCount(),
        config.getAttnResolutionsList(),
        config.getModelChannels());
  }

  private static Settings settings(AdmUNetConfig config) {
    List<Integer> factors = config.getChannelMultList();
    return new Settings(
        "network.adm_unet.",
        config.getModelChannels(),
        factors,
        config.getNumBlocksList(),
        config.getDropoutCount(),
        config.getAttnResolutionsList(),
        factors.isEmpty() ? 0 : (long) config.getModelChannels() * factors.get(0));
  }

  private void check() {
    if (network.levels() == 0) {
      throw origins.problem(
          network.path() + "channel_mult", "missing. Give a factor per level, such as [1, 2, 2]");
    }
    onePerLevel("num_blocks", network.numBlocks().size());
    onePerLevel("dropout", network.dropouts());
    resolution();
    attention();
    widths();
  }

  private void onePerLevel(String name, int count) {
    int levels = network.levels();
    if (count != levels) {
      throw origins.problem(
          network.path() + name,
          count + " values for " + levels + " levels. Give one value, or one per level",
          network.path() + "channel_mult");
    }
  }

  private void resolution() {
    int halvings = network.levels() - 1;
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
          network.path() + "channel_mult");
    }
  }

  private void attention() {
    List<Integer> levels =
        IntStream.range(0, network.levels()).mapToObj(level -> resolution >> level).toList();
    for (int attention : network.attnResolutions()) {
      if (!levels.contains(attention)) {
        String known = levels.stream().map(String::valueOf).collect(Collectors.joining(", "));
        throw origins.problem(
            network.path() + "attn_resolutions",
            attention + " is not the resolution of a level. Choose from " + known,
            resolutionPath,
            network.path() + "channel_mult");
      }
    }
  }

  /** GroupNorm has min(32, channels / 4) groups, which must divide the channels. */
  private void widths() {
    int channels = network.modelChannels();
    if (channels < 4 || channels % 4 != 0) {
      throw origins.problem(
          network.path() + "model_channels",
          channels + " is not a positive multiple of 4. Use a multiple of 32");
    }
    for (long width : normalizedWidths()) {
      long groups = Math.min(32, width / 4);
      if (width % groups != 0) {
        throw origins.problem(
            network.path() + "model_channels",
            String.format(
                "%d makes a layer of %d channels, which GroupNorm can't split into %d groups."
                    + " Use a multiple of 32",
                channels, width, groups),
            network.path() + "channel_mult");
      }
    }
  }

  /** The channels of everything that is normalised, concatenations with skips included. */
  private Set<Long> normalizedWidths() {
    Set<Long> widths = new TreeSet<>();
    int levels = network.levels();
    widths.add(network.inputWidth());
    for (int level = 0; level < levels; level++) {
      long width = network.width(level);
      long above = level == 0 ? network.inputWidth() : network.width(level - 1);
      long below = network.width(Math.min(level + 1, levels - 1));
      widths.add(width);
      // The decoder's blocks take the level's skips from the last to the opening one.
      widths.add(below + width);
      if (network.numBlocks().get(level) > 1) {
        widths.add(width + width);
      }
      widths.add(width + above);
    }
    return widths;
  }

  /** The last level has attention in any case. */
  private void heads(int channelsPerHead) {
    for (int level = 0; level < network.levels(); level++) {
      int pixels = resolution >> level;
      boolean attends = level == network.levels() - 1 || network.attnResolutions().contains(pixels);
      if (attends && network.width(level) % channelsPerHead != 0) {
        throw origins.problem(
            network.path() + "channels_per_head",
            String.format(
                "%d channels at %dx%d do not fall into heads of %d. Give a divisor of %d",
                network.width(level), pixels, pixels, channelsPerHead, network.width(level)),
            network.path() + "model_channels");
      }
    }
  }

  private void filter(List<Double> filter) {
    if (filter.size() % 2 != 0) {
      throw origins.problem(
          network.path() + "resample_filter",
          filter.size() + " values can't double a resolution. Give an even number of them");
    }
    double sum = filter.stream().mapToDouble(Double::doubleValue).sum();
    if (!(sum > 0)) {
      throw origins.problem(
          network.path() + "resample_filter",
          "its sum, " + NumberRules.plain(sum) + ", is not positive. Give values such as [1, 1]");
    }
  }
}
