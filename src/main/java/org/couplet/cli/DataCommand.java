package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.Stage;
import org.couplet.image.ImportListener;
import org.couplet.image.ImportReport;
import org.couplet.image.ImportRequest;
import org.couplet.image.Importer;
import org.couplet.io.Output;
import org.couplet.picture.PictureReading;
import org.couplet.report.Progress;
import org.couplet.source.ImageSelection;
import org.couplet.source.Split;
import org.jspecify.annotations.Nullable;

/** {@code couplet data}: an image set becomes the one file that training reads. */
final class DataCommand implements Command {
  private static final int REPORTED_EVERY = 64;
  private static final int SKIPPED_SHOWN = 20;
  // After Ctrl-C: a decoder that is stuck is not waited for.
  private static final Duration LONGEST_END = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "data";
  }

  @Override
  public String summary() {
    return "convert an image set to the .npy file that training reads";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws IOException {
    CommandLine options =
        new CommandLine(
                "data",
                "couplet data --from img_align_celeba.zip --size 64 --output data/celeba64.npy")
            .required("from", "SRC", ImageSelection.WORDS)
            .required(
                "size",
                "S",
                "height and width of the output in pixels; images of other sizes are cropped to"
                    + " their central square and resized")
            .required("output", "F.npy", "the file to write, uint8 [count, S, S, channels]")
            .overwrite("--output")
            .optional(
                "only",
                "PREFIX",
                "only files whose path in the folder or archive starts with PREFIX, such as train/;"
                    + " for .npz, only arrays whose name does")
            .optional(
                "split", "PART", "part of CIFAR-10's archive: train, test or all; default: train")
            .optional(
                "channels",
                "N",
                "1 or 3 channels, or auto: 1 where all images are grey; default: auto")
            .optional(
                "background",
                "COLOUR",
                "what transparent pixels lie over: "
                    + PictureReading.Colour.WORDS
                    + "; default: black")
            .flag(
                "strict",
                "stop at a file that can't be taken; by default it is left out and counted");
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    ImportRequest request =
        new ImportRequest(
            new ImageSelection(
                options.path("from"),
                options.text("only").filter(prefix -> !prefix.isEmpty()),
                options.one("split", Split::parse, Split.WORDS)),
            options.number("size", 1, Integer.MAX_VALUE).orElseThrow(),
            options.one("channels", DataCommand::channels, "1, 3 or auto").flatMap(fixed -> fixed),
            new PictureReading(
                true,
                options
                    .one("background", PictureReading.Colour::parse, PictureReading.Colour.WORDS)
                    .orElse(PictureReading.Colour.BLACK)),
            output(options),
            options.has("strict"));
    return Interrupt.during(
        name(),
        err,
        LONGEST_END,
        interrupt -> {
          ImportReport report;
          try (Display display = new Display(request.images().source(), err, interrupt)) {
            report = Importer.run(request, display);
          }
          report.lines(request).forEach(out::println);
          out.println("this table is also in " + ImportReport.fileBeside(request.output()));
          return ExitCode.DONE;
        });
  }

  // What lies beside it belongs to it.
  private static Path output(CommandLine options) {
    Output output = options.output("output");
    for (Path file : Importer.outputs(output.path())) {
      new Output(output.option(), file, output.overwrite()).requireFile();
    }
    return output.path();
  }

  private static Optional<Integer> channels(String word) {
    return switch (word) {
      case "auto" -> Optional.empty();
      case "1" -> Optional.of(1);
      case "3" -> Optional.of(3);
      default -> throw new IllegalArgumentException(word);
    };
  }

  /** Shows a conversion as it goes. */
  static final class Display implements ImportListener, AutoCloseable {
    private final PrintStream err;
    private final Interrupt interrupt;
    private final Stage stage;
    private @Nullable Progress progress;
    private long total;
    private long skipped;

    Display(Path source, PrintStream err, Interrupt interrupt) {
      this.err = err;
      this.interrupt = interrupt;
      this.stage = new Stage(err);
      // Listing a large folder, or checking a tar, takes minutes.
      stage.begin("reading " + source);
    }

    @Override
    public void started(long images) {
      stage.end();
      total = images;
      progress = new Progress("images", images, err);
    }

    @Override
    public void done(long images) {
      interrupt.check();
      if (progress != null && (images % REPORTED_EVERY == 0 || images == total)) {
        progress.passTo(images, "");
      }
    }

    @Override
    public void skipped(String line) {
      skipped++;
      if (progress != null && skipped <= SKIPPED_SHOWN) {
        progress.line(line);
      } else if (progress != null && skipped == SKIPPED_SHOWN + 1) {
        progress.line("more are skipped; the table at the end counts them");
      }
    }

    @Override
    public void waiting() {
      interrupt.check();
    }

    @Override
    public void close() {
      stage.end();
      if (progress != null) {
        progress.close();
      }
    }
  }
}
