package org.couplet.study;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.couplet.chart.CloudChart;
import org.couplet.chart.LabelledGrids;
import org.couplet.chart.Palette;
import org.couplet.chart.Panel;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PictureLimit;
import org.couplet.program.Bytes;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.report.SampleGrid;
import org.couplet.run.CheckpointChoice;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.SampleLevels;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The same noise through several models, runs or exports: figure 7.
 *
 * @param name of the study and of its figure
 */
record SamplesStudy(String name, String summary) implements Study {
  private static final long SEED = 0;
  private static final int MOST_IMAGES = 24;
  private static final int IMAGES_IN_A_ROW = 12;
  private static final int POINTS = 1000;
  // Limits of the axes: a model that ran away must not hide the others.
  private static final double LEAST_REACH = 0.1;
  private static final double MOST_REACH = 5;

  /** To compare any models. */
  static SamplesStudy compare() {
    return new SamplesStudy(
        "compare", "samples of several models (--models) from the same noise, side by side");
  }

  /** Figure 7. */
  static SamplesStudy figure() {
    return new SamplesStudy("samples", "figure 7, the same as compare");
  }

  @Override
  public Set<String> options() {
    return Set.of("models");
  }

  /** What one model made: pixels or coordinates. */
  @SuppressWarnings("ArrayRecordComponent") // drawn once and only read
  private record Samples(String name, Shape element, byte[] pixels, float[] points) {}

  @Override
  public void run(StudyContext bench) throws IOException {
    if (bench.options().models().isEmpty()) {
      throw new InvalidInputException(
          "--models is missing: name folders of runs or exports, such as runs/ic,runs/gc");
    }
    List<Samples> all = new ArrayList<>();
    for (Path model : bench.options().models()) {
      Samples samples = samples(model, bench.options().models().size());
      if (!all.isEmpty() && !samples.element().equals(all.get(0).element())) {
        throw new InvalidInputException(
            "--models: "
                + model
                + " makes samples of shape "
                + samples.element()
                + ", but "
                + all.get(0).name()
                + " of "
                + all.get(0).element());
      }
      all.add(samples);
    }
    Shape element = all.get(0).element();
    if (element.numDimensions() == 1) {
      drawPoints(bench, all);
    } else {
      drawImages(bench, all, element);
    }
  }

  private void drawPoints(StudyContext bench, List<Samples> all) throws IOException {
    // The same axes for all: they are to be compared.
    double reach = 0;
    for (Samples samples : all) {
      for (float coordinate : samples.points()) {
        reach = Math.max(reach, Float.isFinite(coordinate) ? Math.abs(coordinate) : 0);
      }
    }
    double limit = Math.min(MOST_REACH, Math.max(reach * 1.05, LEAST_REACH));
    List<Panel> panels = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      panels.add(
          new CloudChart(
              all.get(i).name(),
              "x",
              "y",
              List.of(new CloudChart.Cloud("samples", all.get(i).points(), Palette.colour(i))),
              List.of(),
              -limit,
              limit));
    }
    bench.figure(name(), panels, 2);
  }

  private void drawImages(StudyContext bench, List<Samples> all, Shape element) throws IOException {
    BufferedImage picture =
        LabelledGrids.of(
            all.stream()
                .map(samples -> new LabelledGrids.Block(samples.name(), samples.pixels()))
                .toList(),
            (int) element.get(0),
            (int) element.get(1),
            (int) element.get(2),
            IMAGES_IN_A_ROW,
            2,
            SampleGrid.AUTOMATIC);
    bench.picture(name(), picture);
  }

  // Of many large models fewer.
  private static int images(Shape image, int models) {
    int most = PictureLimit.images(image.get(0), image.get(1));
    return Math.min(MOST_IMAGES, Math.max(1, most / models));
  }

  private static Samples samples(Path folder, int models) throws IOException {
    String name = String.valueOf(folder.getFileName());
    try (TrainedModel model = TrainedModel.open(folder, CheckpointChoice.NEWEST)) {
      return samples(name, model.sampler(), models);
    }
  }

  private static Samples samples(String name, SamplingProgram program, int models) {
    List<Double> levels = SampleLevels.of(program);
    if (program.makesImages()) {
      int count = images(program.elementShape(), models);
      try (TUint8 images = program.images(SEED, 0, count, levels)) {
        return new Samples(name, program.elementShape(), Bytes.of(images), new float[0]);
      }
    }
    try (TFloat32 samples = program.samples(SEED, 0, POINTS, levels)) {
      return new Samples(name, program.elementShape(), new byte[0], Floats.of(samples));
    }
  }
}
