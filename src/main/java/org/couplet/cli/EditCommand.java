package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.SamplingOptions;
import org.couplet.command.SelfTests;
import org.couplet.command.Stage;
import org.couplet.editing.Edit;
import org.couplet.editing.EditOutput;
import org.couplet.editing.EditSource;
import org.couplet.editing.Editing;
import org.couplet.editing.Editor;
import org.couplet.editing.ImageWalk;
import org.couplet.editing.Masks;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Output;
import org.couplet.io.Spelling;
import org.couplet.program.SamplingProgram;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.Movie;
import org.couplet.sampling.SampleLevels;
import org.couplet.source.ImageSelection;
import org.couplet.source.Split;

/** {@code couplet edit}: changes images with a model that was not trained for it. */
final class EditCommand implements Command {
  private static final int MOST_FACTOR = 4096;
  private static final Map<String, String> EDITS = edits();
  private static final String INTERPOLATE = "interpolate";
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

  @Override
  public String name() {
    return "edit";
  }

  @Override
  public String summary() {
    return "change images: fill holes, add colours, enlarge, denoise";
  }

  private static CommandLine options() {
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
        .optional("to", "PATH", "for interpolate: the last image")
        .optional(
            "to-seed", "S", "for interpolate: seed of the last image's noise; default: --seed")
        .optional("frames", "N", "for interpolate: number of frames; default: " + FRAMES)
        .flag("fit", "cut images of other sizes to their central square and resize them")
        .optional("count", "N", "only the first N images")
        .optional("only", "PREFIX", "only files whose path in the folder or zip starts with PREFIX")
        .optional(
            "split", "PART", "part of CIFAR-10's archive: train, test or all; default: train");
    return SelfTests.declare(SamplingOptions.declareCheckpoint(options));
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    boolean named = arguments.length > 0 && !arguments[0].startsWith("-");
    String[] rest = named ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments;
    String edit = named ? arguments[0] : "";
    if (!EDITS.containsKey(edit) && !asksForHelp(rest)) {
      throw unknown(edit);
    }
    CommandLine options = options();
    if (!options.parse(rest, out)) {
      return ExitCode.DONE;
    }
    refuseUnheeded(edit, options);
    SampleCommand.requireRunFor(options);
    return edit.equals(INTERPOLATE)
        ? interpolate(options, out, err)
        : edit(edit, options, out, err);
  }

  private static boolean asksForHelp(String[] arguments) {
    return Arrays.asList(arguments).contains("--help") || Arrays.asList(arguments).contains("-h");
  }

  private static InvalidInputException unknown(String edit) {
    String names = String.join(", ", EDITS.keySet());
    return new InvalidInputException(
        edit.isEmpty()
            ? "name an edit: %s; %s explains them"
                .formatted(names, Invocation.ofProcess().line("edit", "--help"))
            : "there is no edit '%s'; %s"
                .formatted(
                    edit,
                    Spelling.closest(edit, EDITS.keySet())
                        .map(closest -> "did you mean " + closest + "?")
                        .orElse("there are " + names)));
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

  private int edit(String name, CommandLine options, PrintStream out, PrintStream err)
      throws IOException {
    Edit edit = edit(name, options);
    EditSource source =
        EditSource.open(
            new ImageSelection(
                options.path("from"),
                options.text("only").filter(prefix -> !prefix.isEmpty()),
                options.one("split", Split::parse, Split.WORDS)),
            options.has("fit"),
            options.number("count", 1, Integer.MAX_VALUE));
    if (edit instanceof Edit.Inpaint inpaint) {
      inpaint.masks().require(source.names());
    }
    EditOutput output =
        EditOutput.require(options.value("output"), options.has(Output.OVERWRITE), source);
    Optional<Path> sheet = sheet(options);
    return working(
        name,
        edit,
        options,
        out,
        err,
        (editor, sampling, beforeEach) -> {
          new Editing(editor, source, sampling.seed()).write(output, sheet, err, beforeEach);
          return source.names().size() + " images";
        });
  }

  private int interpolate(CommandLine options, PrintStream out, PrintStream err)
      throws IOException {
    EditSource from = one("from", options);
    EditSource to = one("to", options);
    int frames = options.number("frames", 2, MOST_FRAMES).orElse(FRAMES);
    Optional<Long> toSeed = options.one("to-seed", Long::valueOf, "a whole number");
    String place = options.value("output");
    Output output = Movie.place(place, options.has(Output.OVERWRITE));
    return working(
        INTERPOLATE,
        new Edit.Stroke(),
        options,
        out,
        err,
        (editor, sampling, beforeEach) -> {
          SamplingProgram program = editor.program();
          new ImageWalk(editor, sampling.seed(), toSeed.orElse(sampling.seed()), frames)
              .between(from.one(program), to.one(program), beforeEach)
              .write(place, output);
          return frames + " frames";
        });
  }

  private static EditSource one(String option, CommandLine options) throws IOException {
    Path path = wanted(INTERPOLATE, option, options);
    EditSource source =
        EditSource.open(ImageSelection.of(path), options.has("fit"), Optional.empty());
    if (source.names().size() != 1) {
      throw new InvalidInputException(
          "--%s %s: has %d images; give one picture"
              .formatted(option, path, source.names().size()));
    }
    return source;
  }

  /** What is done with a model that is loaded. */
  @FunctionalInterface
  private interface Work {
    /** Does it, and says what was written. */
    String done(Editor editor, SamplingOptions sampling, Runnable beforeEach) throws IOException;
  }

  private int working(
      String name, Edit edit, CommandLine options, PrintStream out, PrintStream err, Work work) {
    SamplingOptions sampling = SamplingOptions.of(options);
    Optional<Double> sigma = sigma(name, edit, options);
    SelfTests tests = SelfTests.of(options, err);
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          interrupt.endsAfter("the images in hand");
          try (Stage stage = new Stage(err);
              TrainedModel model = SampleCommand.model(options, sampling, tests, stage)) {
            SamplingProgram program = model.sampler();
            Editing.requireModel(program, edit, name);
            List<Double> levels = levels(program, edit, sigma, sampling);
            stage.end();
            String written =
                work.done(new Editor(program, edit, levels), sampling, interrupt::check);
            out.println(written + " written to " + options.value("output"));
            if (sampling.steps().isPresent()) {
              out.println("noise levels: --sigmas " + SampleLevels.text(levels));
            }
          }
          return ExitCode.DONE;
        });
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
      case "stroke" -> new Edit.Stroke();
      default -> new Edit.Denoise();
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

  private static List<Double> levels(
      SamplingProgram program, Edit edit, Optional<Double> sigma, SamplingOptions sampling) {
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
    int steps = sampling.steps().orElse(edit.usualSteps());
    if (steps > SampleLevels.MOST_ESTIMATES) {
      throw new InvalidInputException(
          "--steps: '%d' is not a whole number from 1 to %d"
              .formatted(steps, SampleLevels.MOST_ESTIMATES));
    }
    return SampleLevels.from(program, first, steps);
  }

  private static Optional<Path> sheet(CommandLine options) {
    if (!options.has("sheet")) {
      return Optional.empty();
    }
    if (!options.value("sheet").endsWith(".png")) {
      throw new InvalidInputException(
          "--sheet " + options.value("sheet") + ": give a name that ends in .png");
    }
    if (options.path("sheet").equals(options.path("output"))) {
      throw new InvalidInputException("--sheet: is the same file as --output; name another one");
    }
    return Optional.of(options.output("sheet").requireFile().path());
  }
}
