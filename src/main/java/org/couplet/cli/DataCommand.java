package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.source.ImageSelection;
import org.couplet.image.ImportListener;
import org.couplet.image.ImportReport;
import org.couplet.image.ImportRequest;
import org.couplet.image.Importer;
import org.couplet.source.Split;
import org.couplet.report.Progress;
import org.jspecify.annotations.Nullable;

/** {@code couplet data}: an image set becomes the one file that training reads. */
final class DataCommand implements Command {
  private static final int REPORTED_EVERY = 64;

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
            .required(
                "from",
                "SRC",
                "a folder or zip of PNG or JPEG files; CIFAR-10's binary archive (tar.gz or"
                    + " folder); downsampled ImageNet's npz batches (file or folder); or another"
                    + " .npy or .npz file of images")
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
                "only files whose path in the folder or zip starts with PREFIX, such as train/;"
                    + " for .npz, only arrays whose name does")
            .optional(
                "split", "PART", "part of CIFAR-10's archive: train, test or all; default: train")
            .flag("strict", "stop at a corrupt image; by default it is reported and skipped");
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
            options.output("output").requireFile().path(),
            options.has("strict"));
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          ImportReport report;
          try (Display display = new Display(err, interrupt)) {
            report = Importer.run(request, display);
          }
          print(request, report, out);
          return ExitCode.DONE;
        });
  }

  private static void print(ImportRequest request, ImportReport report, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%s: %d images of %d x %d x %d written, %d corrupt skipped%n",
        request.output(),
        report.written(),
        request.size(),
        request.size(),
        report.channels(),
        report.skipped().size());
  }

  /** Shows a conversion as it goes. */
  private static final class Display implements ImportListener, AutoCloseable {
    private final PrintStream err;
    private final Interrupt interrupt;
    private @Nullable Progress progress;
    private long total;

    Display(PrintStream err, Interrupt interrupt) {
      this.err = err;
      this.interrupt = interrupt;
    }

    @Override
    public void started(long images) {
      total = images;
      progress = new Progress("images", images, err);
    }

    @Override
    public void done(long images) {
      interrupt.check();
      if (progress != null && (images % REPORTED_EVERY == 0 || images == total)) {
        progress.stepTo(images, "");
      }
    }

    @Override
    public void skipped(String line) {
      if (progress != null) {
        progress.line(line);
      }
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
