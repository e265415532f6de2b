package org.couplet.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.couplet.io.Invocation;
import org.couplet.io.Spelling;

/**
 * The experiments that come with Couplet, found by their names from any folder.
 *
 * @param folder where they are, if that is known
 */
record ShippedExperiments(Optional<Path> folder) {
  private static final String ENDING = ".textproto";

  static ShippedExperiments here() {
    Path folder = Invocation.ofProcess().find("configs");
    return new ShippedExperiments(Optional.of(folder).filter(Files::isDirectory));
  }

  /** The experiment of a name, such as {@code quickstart} or {@code quickstart.textproto}. */
  Optional<Path> named(Path name) {
    return name.getNameCount() == 1 && !name.isAbsolute()
        ? folder.map(all -> all.resolve(plain(name) + ENDING)).filter(Files::isRegularFile)
        : Optional.empty();
  }

  /** Its text in Couplet's jar, where there is no folder: in an application. */
  static Optional<String> packed(Path name) throws IOException {
    if (name.getNameCount() != 1 || name.isAbsolute()) {
      return Optional.empty();
    }
    String resource = "/org/couplet/configs/" + plain(name) + ENDING;
    try (InputStream text = ShippedExperiments.class.getResourceAsStream(resource)) {
      return text == null
          ? Optional.empty()
          : Optional.of(new String(text.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** What to do about a name that is none. */
  String remedy(Path name) throws IOException {
    List<String> names = names();
    return names.isEmpty()
        ? "Name an experiment's textproto"
        : Spelling.closest(plain(name), names)
            .map(closest -> "Did you mean " + closest + "?")
            .orElse("Name one, or an experiment of " + folder.get() + ", such as quickstart");
  }

  private static String plain(Path name) {
    String last = String.valueOf(name.getFileName());
    return last.endsWith(ENDING) ? last.substring(0, last.length() - ENDING.length()) : last;
  }

  private List<String> names() throws IOException {
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.get())) {
      return files
          .filter(file -> file.toString().endsWith(ENDING))
          .map(ShippedExperiments::plain)
          .sorted()
          .toList();
    }
  }
}
