package org.couplet.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.io.Invocation;

/** What to do about a data set that is not a {@code .npy} file of images yet. */
public final class MissingImages {
  // Data sets that a script fetches.
  private static final List<String> FETCHED = List.of("cifar10", "celeba64", "imagenet32");

  private MissingImages() {}

  /** The path, what it is and the command that makes the file; empty if the images are there. */
  public static Optional<String> of(DatasetConfig dataset) {
    return dataset.hasImageFile()
        ? of(Path.of(dataset.getImageFile().getPath()), dataset.getImageFile().getResolution())
        : Optional.empty();
  }

  /** The same of a file for images of some height and width, pixels. */
  static Optional<String> of(Path file, int resolution) {
    if (Files.isRegularFile(file)) {
      String name = String.valueOf(file.getFileName());
      return name.matches("(?i).*\\.(zip|tar|tgz|gz|png|jpe?g|npz)")
          ? Optional.of(file + ": is not a .npy file; convert it: " + conversion(file, resolution))
          : Optional.empty();
    }
    if (Files.isDirectory(file)) {
      return Optional.of(file + ": is a folder; convert it: " + conversion(file, resolution));
    }
    boolean isArray = file.toString().endsWith(".npy");
    return Optional.of(
        file
            + ": no such file; "
            + (isArray ? remedy(file, resolution) + ", or " : "")
            + "name another with --data");
  }

  private static String conversion(Path source, int resolution) {
    String name = String.valueOf(source.getFileName()).replaceFirst("\\..*", "");
    String output = "data/" + (name.isEmpty() ? "images" : name) + ".npy";
    return line(source.toString(), resolution, output)
        + ", then give --data "
        + Invocation.quoted(output);
  }

  private static String remedy(Path file, int resolution) {
    String name = String.valueOf(file.getFileName());
    for (String fetched : FETCHED) {
      if (name.equals(fetched + ".npy")) {
        // CelebA's script goes by the name without its size.
        String script = "tools/fetch-" + fetched.replace("celeba64", "celeba") + ".sh";
        boolean source = fetched.equals("imagenet32");
        String output = Invocation.quoted(file.toString());
        return Invocation.ofProcess().shipped(script)
            + (source ? " SOURCE " : " ")
            + output
            + " fetches it";
      }
    }
    return "make it: " + line("FOLDER-OR-ZIP", resolution, file.toString());
  }

  private static String line(String source, int resolution, String output) {
    return Invocation.ofProcess()
        .line("data", "--from", source, "--size", resolution, "--output", output);
  }
}
