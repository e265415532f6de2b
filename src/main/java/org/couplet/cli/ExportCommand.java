package org.couplet.cli;

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

/** {@code couplet export}: a run's averaged weights as a SavedModel for serving. */
final class ExportCommand implements Command {
  @Override
  public String name() {
    return "export";
  }

  @Override
  public String summary() {
    return "write a run's averaged weights as a SavedModel for serving";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options =
        new CommandLine(
                "export", "couplet export --run runs/quickstart --output savedmodels/quickstart")
            .required("run", "DIR", "folder of a run that has a checkpoint")
            .required("output", "DIR", "folder of the SavedModel")
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
                export.release());
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

  private static String served(Experiment experiment) {
    if (experiment.hasScore()) {
      return "noisy points and their levels into estimates of the data, any number of rows";
    }
    String law =
        experiment.getConsistency().getNoise().hasNormal() ? "standard normal" : "two-Gaussian";
    return law + " noise, any number of rows, into samples";
  }
}
