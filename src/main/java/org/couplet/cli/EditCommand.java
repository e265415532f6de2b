package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.FirstWord;
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
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Output;
import org.couplet.io.Spelling;
import org.couplet.program.SampleForm;
import org.couplet.program.SamplingProgram;
import org.couplet.run.TrainedModel;
import org.couplet.sampling.Movie;
import org.couplet.sampling.SampleLevels;
import org.tensorflow.ndarray.Shape;

/** {@code couplet edit}: changes images with a model that was not trained for it. */
final class EditCommand implements Command {
  @Override
  public String name() {
    return "edit";
  }

  @Override
  public String summary() {
    return "change images: fill holes, add colours, enlarge, denoise";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    boolean named = arguments.length > 0 && !arguments[0].startsWith("-");
    String[] rest = named ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments;
    String edit = named ? arguments[0] : "";
    Optional<String> inFront =
        FirstWord.inFront(List.of(name()), arguments, EditOptions.EDITS.keySet());
    if (inFront.isPresent()) {
      throw new InvalidInputException("the edit's name comes first: " + inFront.get());
    }
    if (!EditOptions.EDITS.containsKey(edit) && !asksForHelp(rest)) {
      throw unknown(edit);
    }
    CommandLine line = EditOptions.declared();
    if (!line.parse(rest, out)) {
      return ExitCode.DONE;
    }
    EditOptions options = EditOptions.of(edit, line);
    return edit.equals(EditOptions.INTERPOLATE)
        ? interpolate(options, out, err)
        : edit(options, out, err);
  }

  private static boolean asksForHelp(String[] arguments) {
    return Arrays.asList(arguments).contains("--help") || Arrays.asList(arguments).contains("-h");
  }

  private static InvalidInputException unknown(String edit) {
    String names = String.join(", ", EditOptions.EDITS.keySet());
    return new InvalidInputException(
        edit.isEmpty()
            ? "name an edit: %s; %s explains them"
                .formatted(names, Invocation.ofProcess().line("edit", "--help"))
            : "there is no edit '%s'; %s"
                .formatted(
                    edit,
                    Spelling.closest(edit, EditOptions.EDITS.keySet())
                        .map(closest -> "did you mean " + closest + "?")
                        .orElse("there are " + names)));
  }

  private int edit(EditOptions options, PrintStream out, PrintStream err) throws IOException {
    EditSource source = options.source();
    source.leftOut().ifPresent(err::println);
    if (options.edit() instanceof Edit.Inpaint inpaint) {
      inpaint.masks().require(source.names());
    }
    EditOutput output = EditOutput.require(options.output(), options.overwrite(), source);
    Optional<Path> sheet = options.sheet();
    return working(
        options,
        out,
        err,
        (model, beforeEach) -> Editing.requireImages(options.edit(), source, model, beforeEach),
        (editor, seed, beforeEach) -> {
          new Editing(editor, source, seed).write(output, sheet, err, beforeEach);
          int count = source.names().size();
          return count + (count == 1 ? " image" : " images");
        });
  }

  private int interpolate(EditOptions options, PrintStream out, PrintStream err)
      throws IOException {
    EditSource from = options.one("from");
    EditSource to = options.one("to");
    int frames = options.frames();
    Optional<Long> toSeed = options.toSeed();
    Output output = Movie.place(options.output(), options.overwrite());
    return working(
        options,
        out,
        err,
        (model, beforeEach) -> {
          from.one(model);
          to.one(model);
          Movie.requireFew(frames, 1, model);
        },
        (editor, seed, beforeEach) -> {
          Shape model = editor.program().elementShape();
          new ImageWalk(editor, seed, toSeed.orElse(seed), frames)
              .between(from.one(model), to.one(model), beforeEach)
              .write(options.output(), output);
          return frames + " frames";
        });
  }

  /** What is required of images. */
  @FunctionalInterface
  private interface Requirement {
    /** Refuses images that don't suit a model's, [height, width, channels]. */
    void require(Shape model, Runnable beforeEach) throws IOException;
  }

  /** What is done with a model that is loaded. */
  @FunctionalInterface
  private interface Work {
    /** Does it, and says what was written. */
    String done(Editor editor, long seed, Runnable beforeEach) throws IOException;
  }

  // Before the seconds that the self-test and loading the model take.
  private static void check(
      EditOptions options, PrintStream err, Requirement images, Interrupt interrupt)
      throws IOException {
    Optional<SampleForm> form = TrainedModel.form(SampleCommand.folder(options.line()));
    if (form.isPresent()) {
      Editing.requireModel(form.get(), options.edit(), options.name());
      try (Stage stage = new Stage(err)) {
        stage.begin("checking the images");
        images.require(form.get().element(), interrupt::check);
      }
    }
  }

  private int working(
      EditOptions options, PrintStream out, PrintStream err, Requirement images, Work work) {
    SamplingOptions sampling = options.sampling();
    SelfTests tests = SelfTests.of(options.line(), err);
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          interrupt.endsAfter("the images in hand");
          check(options, err, images, interrupt);
          try (Stage stage = new Stage(err);
              TrainedModel model = SampleCommand.model(options.line(), sampling, tests, stage)) {
            SamplingProgram program = options.applied(model);
            // Where its form was not known before it was loaded.
            Editing.requireModel(program.form(), options.edit(), options.name());
            List<Double> levels = options.levels(program);
            stage.end();
            Editor editor = new Editor(program, options.edit(), levels);
            String written = work.done(editor, sampling.seed(), interrupt::check);
            out.println(written + " written to " + options.output());
            if (sampling.steps().isPresent()) {
              out.println("noise levels: --sigmas " + SampleLevels.text(levels));
            }
          }
          return ExitCode.DONE;
        });
  }
}
