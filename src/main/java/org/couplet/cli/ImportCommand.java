package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Set;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.Stage;
import org.couplet.foreign.ForeignWeights;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Output;
import org.couplet.run.RunFolder;
import org.couplet.transfer.ForeignModel;

/** {@code couplet import}: weights of another program become a run. */
final class ImportCommand implements Command {
  // A run that was trained further has more, and is not replaced.
  private static final Set<String> WRITTEN =
      Set.of("config.textproto", "couplet_version", "program", "checkpoints", "history.jsonl");

  @Override
  public String name() {
    return "import";
  }

  @Override
  public String summary() {
    return "make a run of weights from EDM, ECT, PyTorch or safetensors";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options =
        new CommandLine(
                "import", "couplet import --from edm-cifar10-32x32-uncond-vp.pkl --output runs/edm")
            .about(
                "No code in the file is run. The network must be a SongUNet (DDPM++, NCSN++) or ADM's"
                    + " with the names of EDM's code.")
            .required(
                "from",
                "FILE",
                "a pickle of EDM or ECT, a file of PyTorch (.pt, .pth) or of safetensors")
            .required("output", "DIR", "folder of the run")
            .optional(
                "entry",
                "NAME",
                "which network of a file that has several: an entry, one within it (state.ema), or what"
                    + " its tensors' names begin with; default: ema, model, state_dict or net, whichever"
                    + " is there first")
            .repeatable("set", "path=value", "set one field of the run's config")
            .overwrite("--output");
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    String from = options.text("from").orElseThrow();
    if (from.matches("[a-z][a-z0-9+.-]+://.*")) {
      throw new InvalidInputException(
          "--from %s: is an address; download it first (curl -LO %s) and give the file"
              .formatted(from, Invocation.quoted(from)));
    }
    Path file = options.path("from");
    Output output = options.output("output").requireFolder(WRITTEN::contains);
    return Interrupt.during(
        name(), err, interrupt -> written(options, file, output, out, err, interrupt));
  }

  private static int written(
      CommandLine options,
      Path file,
      Output output,
      PrintStream out,
      PrintStream err,
      Interrupt interrupt)
      throws IOException {
    interrupt.endsAfter("building the run's program");
    ForeignModel model;
    String kind;
    try (Stage stage = new Stage(err);
        ForeignWeights weights = ForeignWeights.open(file, options.text("entry"))) {
      kind = weights.describe();
      stage.begin("building the run");
      model = ForeignModel.of(file, weights, options.texts("set"));
      output.createFolder(folder -> model.writeRun(folder, interrupt::check));
    }
    out.printf(
        "%s: %s, a %s model of %,d weights%n",
        file, kind, model.experiment().hasScore() ? "score" : "consistency", model.parameters());
    model.notes().forEach(note -> out.println("note: " + note));
    out.println("the run is in " + output.path());
    TrainCommand.nextCommands(model.experiment(), new RunFolder(output.path()))
        .forEach(out::println);
    return ExitCode.DONE;
  }
}
