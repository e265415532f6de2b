package org.couplet.serve;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PictureLimit;
import org.couplet.program.SamplingProgram;
import org.couplet.program.SamplingProgram.ClassChoice;
import org.couplet.report.SampleGrid;
import org.couplet.sampling.ChosenClasses;
import org.couplet.sampling.SampleLevels;
import org.couplet.serving.HostTensor;
import org.couplet.serving.ImageRequest;
import org.couplet.serving.ServedModel;
import org.couplet.serving.ServedVersion;
import org.tensorflow.ndarray.Shape;

/** {@code /v1/images}: samples as a grid or a zip of PNG files. */
record ImagesApi(int mostRows) {
  private static final Set<String> PARAMETERS =
      Set.of(
          "model",
          "version",
          "label",
          "count",
          "seed",
          "to",
          "at",
          "steps",
          "sigmas",
          "format",
          "columns",
          "class",
          "guidance");
  private static final int USUAL_COUNT = 16;
  private static final int MOST_STEPS = 1000;

  /** How the images are sent. */
  private enum Format {
    PNG,
    ZIP
  }

  Answer images(Call call, ServedModel model) {
    call.allow(PARAMETERS);
    Optional<Long> version = call.parameter("version", Long::valueOf, "a whole number");
    Optional<String> label = call.parameter("label", text -> text, "");
    if (version.isPresent() && label.isPresent()) {
      throw HttpProblem.badRequest("give either version or label");
    }
    return model.with(version, label, one -> images(call, one));
  }

  private Answer images(Call call, ServedVersion version) {
    SamplingProgram sampler = version.sampler();
    if (!sampler.makesImages()) {
      throw HttpProblem.badRequest("the model makes points, not images; use :predict");
    }
    int count = number(call, "count", 1, mostRows).orElse(Math.min(USUAL_COUNT, mostRows));
    int columns = Math.min(count, number(call, "columns", 0, mostRows).orElse(0));
    Format format =
        call.parameter(
                "format", text -> Format.valueOf(text.toUpperCase(Locale.ROOT)), "png or zip")
            .orElse(Format.PNG);
    Optional<ChosenClasses> classes = classes(call, sampler);
    boolean inLines =
        format == Format.PNG
            && columns == 0
            && classes.isPresent()
            && classes.get().numbers().size() > 1;
    requireFew(inLines ? classes.get().places(count) : count, sampler.elementShape());
    HostTensor images =
        version.images(
            new ImageRequest(
                call.parameter("seed", Long::valueOf, "a whole number").orElse(0L),
                walk(call),
                count,
                levels(call, sampler),
                classes.map(ClassChoice.class::cast),
                guidance(call, sampler)));
    if (format == Format.ZIP) {
      return zip(images);
    }
    return inLines ? lines(images, classes.get()) : grid(images.numbers(), images, columns);
  }

  private static void requireFew(int count, Shape image) {
    Optional<String> refusal = PictureLimit.refusal(count, image.get(0), image.get(1));
    if (refusal.isPresent()) {
      throw HttpProblem.badRequest("count: " + refusal.get());
    }
  }

  private static Optional<ChosenClasses> classes(Call call, SamplingProgram sampler) {
    Optional<String> given = call.parameter("class", text -> text, "");
    try {
      return given.map(
          text -> ChosenClasses.of(text, "class", sampler.classes(), "GET /v1/models"));
    } catch (InvalidInputException e) {
      throw HttpProblem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Double> guidance(Call call, SamplingProgram sampler) {
    String kind = "a finite number, such as 2";
    Optional<Double> strength = call.parameter("guidance", Double::valueOf, kind);
    if (strength.isPresent() && !Float.isFinite(strength.get().floatValue())) {
      throw HttpProblem.badRequest("guidance: '" + strength.get() + "' is not " + kind);
    }
    if (strength.isPresent() && !sampler.canBeGuided()) {
      throw HttpProblem.badRequest(
          "guidance: is for score models that were trained with network.label_dropout above 0;"
              + " leave it out");
    }
    return strength;
  }

  private static Optional<ImageRequest.Walk> walk(Call call) {
    Optional<Long> to = call.parameter("to", Long::valueOf, "a whole number");
    Optional<Double> at = call.parameter("at", Double::valueOf, "a number from 0 to 1");
    if (to.isPresent() != at.isPresent()
        || !at.map(place -> place >= 0 && place <= 1).orElse(true)) {
      throw HttpProblem.badRequest(
          "to and at go together: the other seed, and the place from 0 to 1 on the way to it");
    }
    return to.map(seed -> new ImageRequest.Walk(seed, at.orElseThrow()));
  }

  private static List<Double> levels(Call call, SamplingProgram sampler) {
    Optional<List<Double>> sigmas =
        call.parameter(
            "sigmas",
            text -> Arrays.stream(text.split(",", -1)).map(Double::valueOf).toList(),
            "a list of noise levels, such as 80,0.8");
    Optional<Integer> steps =
        number(call, "steps", SampleLevels.leastSteps(sampler), mostSteps(sampler));
    if (sigmas.isPresent() && steps.isPresent()) {
      throw HttpProblem.badRequest("give either steps or sigmas");
    }
    if (sigmas.isPresent()) {
      checkLevels(sampler, sigmas.get());
      return sigmas.get();
    }
    return steps
        .map(number -> SampleLevels.of(sampler, number))
        .orElseGet(() -> SampleLevels.of(sampler));
  }

  /** Requires levels that fall from sigma_max, and not too many. */
  static void checkLevels(SamplingProgram sampler, List<Double> sigmas) {
    if (sigmas.size() > mostSteps(sampler)) {
      throw HttpProblem.badRequest("sigmas: more than " + mostSteps(sampler) + " levels");
    }
    try {
      sampler.checkSigmas(sigmas);
    } catch (InvalidInputException e) {
      throw HttpProblem.badRequest(String.valueOf(e.getMessage()).replaceFirst("^--", ""));
    }
  }

  private static int mostSteps(SamplingProgram sampler) {
    return Math.min(MOST_STEPS, SampleLevels.mostSteps(sampler));
  }

  private static Optional<Integer> number(Call call, String name, int least, int most) {
    String kind = "a whole number from " + least + " to " + most;
    Optional<Integer> number = call.parameter(name, Integer::valueOf, kind);
    if (number.isPresent() && (number.get() < least || number.get() > most)) {
      throw HttpProblem.badRequest(name + ": '" + number.get() + "' is not " + kind);
    }
    return number;
  }

  private static Answer lines(HostTensor images, ChosenClasses classes) {
    byte[] sorted = classes.inLines(images.numbers(), images.rows());
    return grid(sorted, images, classes.columns(images.rows()));
  }

  private static Answer grid(byte[] pixels, HostTensor images, int columns) {
    long[] shape = images.shape();
    int count = (int) (pixels.length / (shape[1] * shape[2] * shape[3]));
    byte[] png =
        png(
            SampleGrid.of(
                pixels,
                count,
                (int) shape[1],
                (int) shape[2],
                (int) shape[3],
                columns,
                count == 1 ? 0 : 2,
                SampleGrid.AUTOMATIC));
    return Answer.of("image/png", png);
  }

  private static Answer zip(HostTensor images) {
    long[] shape = images.shape();
    int size = images.numbers().length / images.rows();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      // PNG is compressed already; to do it again took half of the time and saved nothing.
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (int i = 0; i < images.rows(); i++) {
        byte[] image = Arrays.copyOfRange(images.numbers(), i * size, (i + 1) * size);
        zip.putNextEntry(new ZipEntry(String.format(Locale.ROOT, "%06d.png", i)));
        zip.write(
            png(SampleGrid.of(image, 1, (int) shape[1], (int) shape[2], (int) shape[3], 1, 0)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Answer.of("application/zip", file.toByteArray())
        .with("Content-Disposition", "attachment; filename=\"samples.zip\"");
  }

  private static byte[] png(BufferedImage picture) {
    try {
      return SampleGrid.png(picture);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
