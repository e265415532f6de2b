package org.couplet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's documents, and the commands that they show. */
final class Documents {
  // A line of a block of code, or code within a line.
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?m)^ {4}(?:\\$ )?(?:\\w+=\\S+ )*tools/couplet (.*)$|`couplet ([^`]* --[^`]*)`");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  private Documents() {}

  static List<Path> all() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(""), 3)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.startsWith("target") && !file.startsWith("runs"))
          .sorted()
          .toList();
    }
  }

  /** The commands of a document, each as its words, from the command's name on. */
  static List<List<String>> commands(Path document) throws IOException {
    String text = Files.readString(document).replaceAll("\\\\\n\\s*", "");
    List<List<String>> commands = new ArrayList<>();
    for (MatchResult found : COMMAND.matcher(text).results().toList()) {
      String line = found.group(1) == null ? found.group(2) : found.group(1);
      // Not the grammar of a command.
      if (!line.contains(" [") && !line.contains("...")) {
        commands.add(words(line.replaceAll(" # .*", "")));
      }
    }
    return commands;
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(line);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return words;
  }
}
