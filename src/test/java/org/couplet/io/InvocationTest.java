package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "runs/a",
        "my runs/gc[mu=0.5]",
        "it's",
        "a\\b",
        "$HOME",
        "*",
        "",
        "~",
        "a\nb",
        "ü"
      })
  void aShellReadsQuotedWordsAsTheyWere(String word) throws IOException {
    Process shell = new ProcessBuilder("sh", "-c", "printf %s " + Invocation.quoted(word)).start();
    assertEquals(word, new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  @Test
  void plainWordsStayReadable() {
    assertEquals(
        "tools/couplet sample --run runs/a --sigmas 80,0.8 --count 64",
        Invocation.of("tools/couplet", null)
            .line("sample", "--run", Path.of("runs/a"), "--sigmas", "80,0.8", "--count", 64));
  }

  @Test
  void theCommandIsCalledAsItWas() {
    assertEquals("couplet --help", Invocation.of(null, null).line("--help"));
    assertEquals(
        "'/my tools/couplet' --help", Invocation.of("/my tools/couplet", "").line("--help"));
  }

  @Test
  void shippedFilesAreFoundInTheInstallation(@TempDir Path home) throws IOException {
    Path script = Files.createDirectories(home.resolve("elsewhere")).resolve("fetch it.sh");
    Files.createFile(script);
    Invocation invocation = Invocation.of(null, home.toString());
    assertEquals(script, invocation.find("elsewhere/fetch it.sh"));
    assertEquals("'" + script + "'", invocation.shipped("elsewhere/fetch it.sh"));
    // This is the working directory's.
    assertEquals("pom.xml", invocation.shipped("pom.xml"));
    assertEquals("elsewhere/none.sh", invocation.shipped("elsewhere/none.sh"));
  }
}
