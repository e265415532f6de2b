package org.couplet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the documents compile. */
class JavaDocumentTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?\nclass (\\w+) .*?)```");

  /** The programs by the names of their classes. */
  static Map<String, String> programs() throws IOException {
    Map<String, String> programs = new TreeMap<>();
    for (String document : List.of("README.md", "docs/java.md")) {
      Matcher block = BLOCK.matcher(Files.readString(Path.of(document)));
      while (block.find()) {
        programs.put(block.group(2), block.group(1));
      }
    }
    return programs;
  }

  @Test
  void theProgramsCompile(@TempDir Path folder) throws IOException {
    assertEquals(Set.of("Draw", "Fill", "Check", "Measure", "Train", "Plain"), programs().keySet());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Xlint:all,-processing,-path",
                "-Werror",
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString()));
    for (Map.Entry<String, String> program : programs().entrySet()) {
      Path file = folder.resolve(program.getKey() + ".java");
      arguments.add(Files.writeString(file, program.getValue()).toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, arguments.toArray(String[]::new)));
  }
}
