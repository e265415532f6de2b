package org.couplet.network;

import java.util.Collections;
import java.util.List;

/** The networks that the reference knows. */
public final class Networks {
  private static final List<Double> BOX = List.of(1.0, 1.0);

  private Networks() {}

  /** The network of a reference's name. */
  public static Network named(String name) {
    return switch (name) {
      case "cifar10_table3" -> ddpmpp(32, List.of(1, 2, 2), List.of(3, 3, 3), List.of());
      case "celeba_table4" -> ddpmpp(64, List.of(1, 2, 2, 2), List.of(2, 3, 4, 5), List.of());
      case "imagenet_table5" -> ddpmpp(32, List.of(1, 1, 2), List.of(4, 5, 7), List.of(16));
      case "edm_cifar10_ddpmpp" -> ddpmpp(32, List.of(2, 2, 2), List.of(4, 4, 4), List.of(16));
      case "edm_64_ddpmpp" -> ddpmpp(64, List.of(1, 2, 2, 2), List.of(4, 4, 4, 4), List.of(16));
      case "edm_cifar10_ncsnpp" -> ncsnpp(32, 128, List.of(2, 2, 2), List.of(4, 4, 4), List.of(16));
      case "songunet_ddpmpp" -> ddpmpp(16, 16, List.of(1, 2), List.of(1, 1), List.of(8));
      case "songunet_ncsnpp" -> ncsnpp(16, 16, List.of(1, 2), List.of(1, 1), List.of(8));
      case "songunet_classes" ->
          new SongUNet(
              8,
              3,
              8,
              List.of(1, 2),
              List.of(1, 1),
              List.of(0.0, 0.0),
              List.of(4),
              SongUNet.Embedding.POSITIONAL,
              1,
              SongUNet.Encoder.STANDARD,
              BOX,
              5);
      case "adm_imagenet64_unlabelled" -> admImagenet64(0);
      case "adm_imagenet64" -> admImagenet64(1000);
      case "adm" -> adm(8, 4, List.of(2, 3), 1, List.of(8), 4, 3);
      default -> throw new IllegalArgumentException("no network " + name);
    };
  }

  private static SongUNet ddpmpp(
      int resolution, List<Integer> mult, List<Integer> blocks, List<Integer> attention) {
    return ddpmpp(resolution, 128, mult, blocks, attention);
  }

  private static SongUNet ddpmpp(
      int resolution,
      int width,
      List<Integer> mult,
      List<Integer> blocks,
      List<Integer> attention) {
    return new SongUNet(
        resolution,
        3,
        width,
        mult,
        blocks,
        Collections.nCopies(mult.size(), 0.0),
        attention,
        SongUNet.Embedding.POSITIONAL,
        1,
        SongUNet.Encoder.STANDARD,
        BOX,
        0);
  }

  private static AdmUNet admImagenet64(int labelDim) {
    return adm(64, 192, List.of(1, 2, 3, 4), 3, List.of(32, 16, 8), 64, labelDim);
  }

  private static AdmUNet adm(
      int resolution,
      int width,
      List<Integer> mult,
      int blocks,
      List<Integer> attention,
      int channelsPerHead,
      int labelDim) {
    return new AdmUNet(
        resolution,
        3,
        width,
        mult,
        Collections.nCopies(mult.size(), blocks),
        Collections.nCopies(mult.size(), 0.1),
        attention,
        4,
        channelsPerHead,
        labelDim);
  }

  private static SongUNet ncsnpp(
      int resolution,
      int width,
      List<Integer> mult,
      List<Integer> blocks,
      List<Integer> attention) {
    return new SongUNet(
        resolution,
        3,
        width,
        mult,
        blocks,
        Collections.nCopies(mult.size(), 0.0),
        attention,
        SongUNet.Embedding.FOURIER,
        2,
        SongUNet.Encoder.RESIDUAL,
        List.of(1.0, 3.0, 3.0, 1.0),
        0);
  }
}
