package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.couplet.assembly.InferenceAssembly;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.SamplingOptions;
import org.couplet.command.Stage;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.io.Output;
import org.couplet.launch.Runs;
import org.couplet.loading.SavedModelGraph;
import org.couplet.program.SamplingProgram;
import org.couplet.release.Release;
import org.couplet.run.CheckpointChoice;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.transfer.WeightExport;

/** {@code couplet export}: a run's averaged weights as a SavedModel for serving. */
final class ExportCommand implements Command {
  @Override
  public String name() {
    return "export";
  }

  @Override
  public String summary() {
    return "write a run's averaged weights as a SavedModel for serving, or as safetensors";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options =
        new CommandLine(
                "export", "couplet export --run runs/quickstart --output savedmodels/quickstart")
            .required("run", "DIR", "folder of a run that has a checkpoint")
            .required("output", "DIR", "folder of the SavedModel, or the file F.safetensors")
            .optional(
                "format",
                "F",
                "savedmodel or safetensors, which EDM's and ECT's code reads; default: what the"
                    + " ending of --output says")
            .optional("weights", "W", "of safetensors: ema (default) or online")
            .optional("version", "N", "write DIR/N, as TensorFlow Serving expects its models")
            .optional("license", "TEXT", "the licence of the weights, for the model's card")
            .flag("png", "let images also come out as PNG files, as " + Contract.IMAGES_PNG)
            .optional("precision", "P", "of the network: FLOAT32 (default) or BFLOAT16")
            .optional("xla", "X", "what XLA compiles: OFF (default), POINTWISE or WINOGRAD")
            .overwrite("--output, or DIR/N,");
    SamplingOptions.declareCheckpoint(options);
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    RunFolder run = new RunFolder(options.path("run"));
    if (ExportOptions.isSafetensors(options)) {
      return exportWeights(run, options, out);
    }
    ExportOptions export = ExportOptions.of(options);
    Output output = export.output();
    Experiment experiment = Runs.experiment(run);
    CheckpointChoice choice = SamplingOptions.checkpoint(options);
    // There must be one before any work.
    AtomicReference<Path> checkpoint = new AtomicReference<>(run.checkpoint(choice));
    output.requireFolder(name -> SavedModelGraph.isPart(name) || Release.isPart(name));
    try (Stage stage = new Stage(err)) {
      stage.begin("writing the model");
      output.createFolder(
          folder -> {
            InferenceAssembly.write(
                experiment, export.release().runtime(), options.has("png"), folder);
            checkpoint.set(
                run.read(choice, prefix -> SamplingProgram.loadAverages(folder, prefix)));
            Release.write(
                folder,
                run,
                experiment,
                Checkpoints.step(Objects.requireNonNull(checkpoint.get())),
                export.release(),
                err);
          });
    }
    out.println(
        experiment.getName()
            + " at "
            + Objects.requireNonNull(checkpoint.get()).getFileName()
            + " written to "
            + output.path());
    out.println("its signature serving_default turns " + served(experiment));
    return ExitCode.DONE;
  }

  private static int exportWeights(RunFolder run, CommandLine options, PrintStream out)
      throws IOException {
    boolean online = ExportOptions.isOnline(options);
    Path file = options.output("output").requireFile().path();
    WeightExport export = new WeightExport(Runs.experiment(run), online);
    Path checkpoint =
        run.read(SamplingOptions.checkpoint(options), prefix -> export.write(prefix, file));
    out.println(
        "%s weights of %s written to %s"
            .formatted(online ? "online" : "averaged", checkpoint.getFileName(), file));
    export.notes().forEach(note -> out.println("note: " + note));
    return ExitCode.DONE;
  }

  private static String served(Experiment experiment) {
    if (experiment.hasScore()) {
      return "noisy points and their levels into estimates of the data, any number of rows";
    }
    String law =
        experiment.getConsistency().getNoise().hasNormal() ? "standard normal" : "two-Gaussian";
    String classes = experiment.getNetwork().getLabelDim() > 0 ? " and labels" : "";
    return law + " noise" + classes + ", any number of rows, into samples";
  }
}
