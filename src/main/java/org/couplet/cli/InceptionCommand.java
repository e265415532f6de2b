package org.couplet.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Stage;
import org.couplet.features.InceptionAssembly;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.io.Output;
import org.couplet.loading.SavedModelGraph;

/** {@code couplet inception}: the published Inception graph becomes a feature network. */
final class InceptionCommand implements Command {
  private static final String RANDOM = "random";

  @Override
  public String name() {
    return "inception";
  }

  @Override
  public String summary() {
    return "write the feature network for FID: the published Inception, or random features";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options =
        new CommandLine(
                "inception",
                "couplet inception --from inception-2015-12-05.tgz --output savedmodels/inception")
            .required(
                "from",
                "FILE",
                "TensorFlow's inception-2015-12-05.tgz, or classify_image_graph_def.pb out of it; or "
                    + RANDOM
                    + ": random features, which need no download and compare models only with each"
                    + " other")
            .required("output", "DIR", "folder of the SavedModel")
            .overwrite("--output");
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    Path source = options.path("from");
    Output output = options.output("output");
    output.requireFolder(SavedModelGraph::isPart);
    if (options.value("from").equals(RANDOM)) {
      output.createFolder(RandomFeaturesAssembly::write);
      out.println("random features written to " + output.path());
      return ExitCode.DONE;
    }
    try (Stage stage = new Stage(err)) {
      stage.begin("converting the network");
      output.createFolder(folder -> InceptionAssembly.write(source, folder));
    }
    out.println("Inception of 2015-12-05 out of " + source + " written to " + output.path());
    out.println("its signature features turns images of any size into 2048 features");
    return ExitCode.DONE;
  }
}
