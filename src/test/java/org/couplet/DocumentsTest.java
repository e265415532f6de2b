package org.couplet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.couplet.config.ExperimentFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents are true: links resolve, quoted code exists, and commands are understood. */
class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^)\"#\\s]+)[^)\"]*[)\"]");
  private static final Pattern QUOTED_CODE =
      Pattern.compile("(?m)^\\|.*\\| `([^`]+)` \\| \\[[^\\]]*\\]\\(\\.\\./([^)]+)\\) \\|$");

  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)`");

  private static final Map<String, String> HELP = new HashMap<>();

  static List<Path> documents() throws IOException {
    return Documents.all();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksResolve(Path document) throws IOException {
    Path folder = document.toAbsolutePath().getParent();
    List<String> broken =
        LINK.matcher(Files.readString(document))
            .results()
            .map(link -> link.group(1))
            .filter(link -> !link.startsWith("http"))
            .filter(link -> folder == null || !Files.exists(folder.resolve(link)))
            .toList();
    assertEquals(List.of(), broken);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void testsThatAreNamedExist(Path document) throws IOException {
    Set<String> tests;
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      tests = files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
    }
    List<String> missing =
        TEST.matcher(Files.readString(document))
            .results()
            .map(test -> test.group(1))
            .filter(test -> !tests.contains(test + ".java"))
            .toList();
    assertEquals(List.of(), missing);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void commandsAreUnderstood(Path document) throws IOException {
    for (List<String> words : Documents.commands(document)) {
      check(words);
    }
  }

  @Test
  void thereAreLinksAndCommandsToCheck() throws IOException {
    long links = 0;
    long commands = 0;
    for (Path document : documents()) {
      links += LINK.matcher(Files.readString(document)).results().count();
      commands += Documents.commands(document).size();
    }
    assertTrue(links > 50 && commands > 30, links + " links and " + commands + " commands");
  }

  @Test
  void thePapersEquationsAreWhereTheTableSays() throws IOException {
    List<MatchResult> rows =
        QUOTED_CODE.matcher(Files.readString(Path.of("docs/paper.md"))).results().toList();
    assertTrue(rows.size() > 25, rows.size() + " rows");
    for (MatchResult row : rows) {
      String code = Files.readString(Path.of(row.group(2)));
      assertTrue(code.contains(row.group(1)), row.group(1) + " is not in " + row.group(2));
    }
  }

  private static void check(List<String> words) throws IOException {
    String help = HELP.computeIfAbsent(words.get(0), name -> CommandRun.done(name, "--help").out());
    List<String> overrides = new ArrayList<>();
    String config = "";
    for (int i = 1; i < words.size(); i++) {
      String option = words.get(i);
      if (option.startsWith("--")) {
        assertTrue(help.contains("  " + option + " "), option + " in " + words);
      }
      String value = i + 1 < words.size() ? words.get(i + 1) : "";
      switch (option) {
        case "--config" -> config = value;
        case "--set" -> overrides.add(value);
        case "--features" -> overrides.add("evaluation.features=" + value);
        default -> {}
      }
    }
    if (config.startsWith("configs/")) {
      ExperimentFile.load(Path.of(config), overrides);
    }
  }
}
