package org.couplet.cli;

import java.io.PrintStream;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Stage;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.data.ClassLabels;
import org.couplet.io.Output;
import org.couplet.loading.SavedModelGraph;

/** {@code couplet build}: an experiment's training program as a SavedModel. */
final class BuildCommand implements Command {
  @Override
  public String name() {
    return "build";
  }

  @Override
  public String summary() {
    return "write an experiment's training program as a SavedModel";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options =
        new CommandLine(
                "build",
                "couplet build --config configs/cifar10_gc.textproto --output savedmodels/cifar10_gc")
            .required("config", "F", "the experiment, a .textproto file")
            .required("output", "DIR", "folder of the SavedModel")
            .overwrite("--output")
            .repeatable("set", "path=value", "override one field of the config");
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    Output output = options.output("output");
    Experiment experiment =
        ClassLabels.named(ExperimentFile.load(options.path("config"), options.texts("set")));
    output.requireFolder(SavedModelGraph::isPart);
    try (Stage stage = new Stage(err)) {
      stage.begin("building the training program");
      output.createFolder(folder -> TrainingAssembly.write(experiment, folder));
    }
    out.println("training program of " + experiment.getName() + " written to " + output.path());
    return ExitCode.DONE;
  }
}
