package org.couplet.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.couplet.command.CommandLine;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.loading.SavedModelGraph;
import org.couplet.release.ReleaseOptions;

/**
 * What {@code couplet export} was asked for.
 *
 * @param output the SavedModel's folder
 * @param release what is said of it beside it
 */
record ExportOptions(Output output, ReleaseOptions release) {
  // What makes sense for any number of rows; as a whole, each new number would be compiled anew.
  private static final List<RuntimeConfig.Xla> XLA =
      List.of(RuntimeConfig.Xla.OFF, RuntimeConfig.Xla.POINTWISE, RuntimeConfig.Xla.WINOGRAD);

  static ExportOptions of(CommandLine options) {
    Output base = options.output("output");
    Optional<Integer> version = options.number("version", 1, Integer.MAX_VALUE);
    if (version.isPresent() && SavedModelGraph.isIn(base.path())) {
      throw new InvalidInputException(
          "--output "
              + base.path()
              + ": is a model itself, and can't hold versions; name another folder");
    }
    Path folder =
        version.isPresent() ? base.path().resolve(String.valueOf(version.get())) : base.path();
    RuntimeConfig runtime =
        RuntimeConfig.newBuilder()
            .setXla(choice(options, "xla", XLA))
            .setPrecision(
                choice(options, "precision", Arrays.asList(RuntimeConfig.Precision.values())))
            .build();
    Path name = base.path().toAbsolutePath().normalize().getFileName();
    return new ExportOptions(
        new Output(base.option(), folder, base.overwrite()),
        new ReleaseOptions(
            name == null ? "model" : name.toString(),
            version,
            runtime,
            options.text("license").filter(license -> !license.isBlank())));
  }

  // The first value is the default.
  private static <E extends Enum<E>> E choice(CommandLine options, String option, List<E> values) {
    if (!options.has(option)) {
      return values.get(0);
    }
    String given = options.value(option);
    return values.stream()
        .filter(value -> value.name().equals(given.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "--"
                        + option
                        + " "
                        + given
                        + ": give "
                        + values.stream().map(E::name).collect(Collectors.joining(" or "))));
  }
}
