package org.couplet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.couplet.command.CommandLine;
import org.couplet.command.SamplingOptions;
import org.couplet.command.SelfTests;
import org.couplet.editing.Edit;
import org.couplet.editing.EditSource;
import org.couplet.editing.Masks;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Output;
import org.couplet.program.SamplingProgram;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.SampleLevels;
import org.couplet.source.ImageSelection;
import org.couplet.source.Split;

/**
 * What {@code couplet edit} was asked for.
 *
 * @param name of the edit
 * @param edit itself; of a movie, what is done to each frame
 * @param sampling seed and levels
 * @param sigma where the levels begin, if given
 * @param line all options
 */
record EditOptions(
    String name, Edit edit, SamplingOptions sampling, Optional<Double> sigma, CommandLine line) {
  private static final int MOST_FACTOR = 4096;

  /** What each edit does, by its name. */
  static final Map<String, String> EDITS = edits();

  /** The edit that makes a movie of two images. */
  static final String INTERPOLATE = "interpolate";

  private static final int FRAMES = 60;
  private static final int MOST_FRAMES = 10_000;
  // Options that only some edits heed.
  private static final Map<String, List<String>> OF_SOME =
      Map.of(
          "mask", List.of("inpaint"),
          "factor", List.of("upscale"),
          "sigma", List.of("stroke", "denoise", INTERPOLATE),
          "to", List.of(INTERPOLATE),
          "to-seed", List.of(INTERPOLATE),
          "frames", List.of(INTERPOLATE));
  private static final List<String> OF_MANY = List.of("sheet", "count", "only", "split");

  private static Map<String, String> edits() {
    Map<String, String> edits = new LinkedHashMap<>();
    edits.put("inpaint", "make the pixels anew at which --mask is white; the others stay");
    edits.put("colorize", "make colours for grey images; their brightness stays");
    edits.put("upscale", "make images --factor times as large; the means of their blocks stay");
    edits.put("stroke", "make likely images of coarse ones, through noise of --sigma");
    edits.put("denoise", "take away Gaussian noise of --sigma that images have");
    edits.put(INTERPOLATE, "a movie from one image to another (--to), through noise of --sigma");
    return edits;
  }

  /** The options of all edits. */
  static CommandLine declared() {
    CommandLine options =
        new CommandLine(
                "edit NAME",
                "couplet edit inpaint --run runs/quickstart --from photos/ --mask mask.png --fit"
                    + " --output edited/")
            .about("NAME is:");
    EDITS.forEach(options::entry);
    options
        .required("run", "DIR", "folder of a run, whose averaged weights are used")
        .required("model", "DIR", "a SavedModel written by `couplet export`")
        .oneOf("run", "model")
        .required("from", "SRC", "the images: a picture, or what `couplet data` reads")
        .required(
            "output",
            "PATH",
            "F.png for one image, DIR/ for one PNG per image, of the same name, or F.npz for an"
                + " array (arr_0, float32 NHWC in [-1, 1], before rounding); for interpolate F.gif,"
                + " F.png for all frames, or DIR/")
        .overwrite("--output or --sheet")
        .optional("sheet", "F.png", "also a picture of the first images before and after")
        .optional(
            "mask",
            "PATH",
            "for inpaint: a picture for all images, white where they are made anew, or a folder"
                + " with one for each, of the image's name, as PNG")
        .optional("factor", "N", "for upscale: how many times as high and wide")
        .optional(
            "sigma",
            "S",
            "for stroke, denoise and interpolate: standard deviation of the noise, where pixels are"
                + " -1 to 1; N of 255 is N/127.5")
        .optional(
            "sigmas",
            "S1,S2,...",
            "noise levels of the steps, falling; with --sigma's edits instead of it")
        .optional(
            "steps",
            "N",
            "number of steps; default: 40, for stroke and interpolate 10, for denoise 1")
        .oneOf("sigmas", "steps")
        .optional("seed", "S", "seed of the noise; default: 0")
        .optional(
            "class",
            "C1,C2,...",
            "for a model with classes: names or numbers of those that the images have in turn")
        .optional("to", "PATH", "for interpolate: the last image")
        .optional(
            "to-seed", "S", "for interpolate: seed of the last image's noise; default: --seed")
        .optional("frames", "N", "for interpolate: number of frames; default: " + FRAMES)
        .flag("fit", "cut images of other sizes to their central square and resize them")
        .optional("count", "N", "only the first N images")
        .optional(
            "only", "PREFIX", "only files whose path in the folder or archive starts with PREFIX")
        .optional(
            "split", "PART", "part of CIFAR-10's archive: train, test or all; default: train");
    return SelfTests.declare(SamplingOptions.declareCheckpoint(options));
  }

  /** Reads the options of an edit. */
  static EditOptions of(String name, CommandLine line) {
    refuseUnheeded(name, line);
    SampleCommand.requireRunFor(line);
    Edit edit = edit(name, line);
    SamplingOptions sampling = SamplingOptions.of(line);
    int steps = sampling.steps().orElse(1);
    if (steps > SampleLevels.MOST_ESTIMATES) {
      throw new InvalidInputException(
          "--steps: '%d' is not a whole number from 1 to %d"
              .formatted(steps, SampleLevels.MOST_ESTIMATES));
    }
    return new EditOptions(name, edit, sampling, sigma(name, edit, line), line);
  }

  private static void refuseUnheeded(String edit, CommandLine options) {
    for (String option : Stream.concat(OF_SOME.keySet().stream(), OF_MANY.stream()).toList()) {
      boolean heeded =
          OF_MANY.contains(option)
              ? !edit.equals(INTERPOLATE)
              : OF_SOME.getOrDefault(option, List.of()).contains(edit);
      if (options.has(option) && !heeded) {
        throw new InvalidInputException(
            "--%s: makes no difference to edit %s; leave it out".formatted(option, edit));
      }
    }
  }

  private static Edit edit(String name, CommandLine options) {
    return switch (name) {
      case "inpaint" ->
          new Edit.Inpaint(new Masks(wanted(name, "mask", options), options.has("fit")));
      case "colorize" -> new Edit.Colorize();
      case "upscale" -> {
        wanted(name, "factor", options);
        yield new Edit.Upscale(options.number("factor", 2, MOST_FACTOR).orElseThrow());
      }
      case "denoise" -> new Edit.Denoise();
      default -> new Edit.Stroke();
    };
  }

  private static Path wanted(String edit, String option, CommandLine options) {
    if (!options.has(option)) {
      throw new InvalidInputException(
          "--%s is missing, which edit %s needs; %s explains it"
              .formatted(option, edit, Invocation.ofProcess().line("edit", "--help")));
    }
    return options.path(option);
  }

  private static Optional<Double> sigma(String name, Edit edit, CommandLine options) {
    if (edit.keeps()) {
      return Optional.empty();
    }
    if (options.has("sigma") == options.has("sigmas")) {
      throw new InvalidInputException(
          "edit %s: give either --sigma, where it begins, or all levels as --sigmas"
              .formatted(name));
    }
    return options.one("sigma", Double::valueOf, "a noise level, a number such as 0.8");
  }

  /** Where the result goes, as the user named it. */
  String output() {
    return line.value("output");
  }

  /** Whether what is there may be replaced. */
  boolean overwrite() {
    return line.has(Output.OVERWRITE);
  }

  /** The images to be edited. */
  EditSource source() throws IOException {
    return EditSource.open(
        new ImageSelection(
            line.path("from"),
            line.text("only").filter(prefix -> !prefix.isEmpty()),
            line.one("split", Split::parse, Split.WORDS)),
        line.has("fit"),
        line.number("count", 1, Integer.MAX_VALUE));
  }

  /** The picture that an option names. */
  EditSource one(String option) throws IOException {
    Path path = wanted(name, option, line);
    EditSource source = EditSource.open(ImageSelection.of(path), line.has("fit"), Optional.empty());
    if (source.names().size() != 1) {
      throw new InvalidInputException(
          "--%s %s: has %d images; give one picture"
              .formatted(option, path, source.names().size()));
    }
    return source;
  }

  /** How many frames a movie has. */
  int frames() {
    return line.number("frames", 2, MOST_FRAMES).orElse(FRAMES);
  }

  /** Seed of the last frame's noise, if it is not that of the first. */
  Optional<Long> toSeed() {
    return line.one("to-seed", Long::valueOf, "a whole number");
  }

  /** A model that makes images of the class asked for. */
  SamplingProgram applied(TrainedModel model) {
    if (model.sampler().hasClasses() && sampling.classes().isEmpty()) {
      throw new InvalidInputException(
          "--class: is missing, and the model makes images of a class; name that of the images ("
              + SamplingOptions.listing(model)
              + " lists them)");
    }
    return sampling.applied(model);
  }

  /** The levels of the steps. */
  List<Double> levels(SamplingProgram program) {
    if (edit.keeps()) {
      return sampling.sigmas().isEmpty() && sampling.steps().isEmpty()
          ? SampleLevels.of(program, edit.usualSteps())
          : sampling.levels(program);
    }
    if (program.followsFlow() && (sampling.sigmas().size() > 1 || sampling.steps().isPresent())) {
      throw new InvalidInputException(
          "edit denoise: a score model takes the noise away in one step; give --sigma alone");
    }
    if (sigma.isEmpty()) {
      program.checkFalling(sampling.sigmas());
      return sampling.sigmas();
    }
    double first = sigma.get();
    if (!(first > (float) program.sigmaMin() && first <= (float) program.sigmaMax())) {
      throw new InvalidInputException(
          "--sigma: %s is not above the model's sigma_min (%s) and up to its sigma_max (%s)"
              .formatted(first, (float) program.sigmaMin(), (float) program.sigmaMax()));
    }
    return SampleLevels.from(program, first, sampling.steps().orElse(edit.usualSteps()));
  }

  /** Where the sheet goes, if there is to be one. */
  Optional<Path> sheet() {
    if (!line.has("sheet")) {
      return Optional.empty();
    }
    if (!line.value("sheet").endsWith(".png")) {
      throw new InvalidInputException(
          "--sheet " + line.value("sheet") + ": give a name that ends in .png");
    }
    if (line.path("sheet").equals(line.path("output"))) {
      throw new InvalidInputException("--sheet: is the same file as --output; name another one");
    }
    return Optional.of(line.output("sheet").requireFile().path());
  }
}
