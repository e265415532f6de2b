package org.couplet.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final List<String> FORMATS = List.of("savedmodel", "safetensors");
  private static final String ENDING = ".safetensors";
  // Files that others write; "model.v2" is a folder's name.
  private static final Pattern FOREIGN =
      Pattern.compile(
          ".*(\\.(?:bin|ckpt|gguf|h5|hdf5|keras|npy|npz|onnx|pb|pickle|pkl|pt|pth|tar|tflite|tgz|zip))",
          Pattern.CASE_INSENSITIVE);
  private static final List<String> WEIGHTS = List.of("ema", "online");
  private static final List<String> OF_MODELS =
      List.of("version", "license", "png", "precision", "xla");

  /** Whether the weights alone are wanted: by --format, or by the ending of the output's name. */
  static boolean isSafetensors(CommandLine options) {
    String output = options.value("output");
    Matcher foreign = FOREIGN.matcher(output);
    if (!options.has("format") && foreign.matches()) {
      throw new InvalidInputException(
          "--output %s: no format is written as %s; name a folder for a SavedModel, or a file that ends in %s for the weights alone"
              .formatted(output, foreign.group(1), ENDING));
    }
    boolean named = output.toLowerCase(Locale.ROOT).endsWith(ENDING);
    boolean safetensors =
        options.has("format") ? word(options, "format", FORMATS).equals(FORMATS.get(1)) : named;
    if (named && !safetensors) {
      throw new InvalidInputException(
          "--format savedmodel: writes a folder, but --output %s is named as a file of safetensors; leave --format out, or name a folder"
              .formatted(output));
    }
    List<String> others = safetensors ? OF_MODELS : List.of("weights");
    others.stream()
        .filter(options::has)
        .findFirst()
        .ifPresent(
            option -> {
              throw new InvalidInputException(
                  "--%s: is for --format %s, not for %s; leave it out"
                      .formatted(
                          option,
                          FORMATS.get(safetensors ? 0 : 1),
                          FORMATS.get(safetensors ? 1 : 0)));
            });
    return safetensors;
  }

  /** Whether the weights in training are wanted; else their average. */
  static boolean isOnline(CommandLine options) {
    return word(options, "weights", WEIGHTS).equals(WEIGHTS.get(1));
  }

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
    String chosen = word(options, option, values.stream().map(E::name).toList());
    return values.stream().filter(value -> value.name().equals(chosen)).findFirst().orElseThrow();
  }

  private static String word(CommandLine options, String option, List<String> words) {
    String given = options.text(option).orElse(words.get(0));
    return words.stream()
        .filter(word -> word.equalsIgnoreCase(given))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "--%s %s: give %s".formatted(option, given, String.join(" or ", words))));
  }
}
