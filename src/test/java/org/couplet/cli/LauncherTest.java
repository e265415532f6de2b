package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.couplet.io.AtomicFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher, in an installation whose Java and Maven are scripts that say what they are told.
 */
class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/bash
      [[ $1 == -version ]] && { echo 'openjdk version "17.0.1"' >&2; exit; }
      echo "java $*"
      echo "locale ${LC_ALL-unset} ${LC_CTYPE-unset} ${LANG-unset}"
      """;
  private static final String MAVEN =
      """
      #!/bin/bash
      echo "building $*" >&2
      mkdir -p target/launcher
      echo jar >target/couplet-1.jar
      printf '%s' "$LIBRARIES/a.jar:$LIBRARIES/b.jar" >target/launcher/classpath.new
      """;

  /** What it printed and ended with. */
  private record Launched(int code, String text) {}

  private final Path folder;
  private Path root = Path.of("");
  private Path launcher = root;

  LauncherTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void install() throws IOException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash here");
    // Others may go through it.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    root = Files.createDirectory(folder.resolve("couplet"));
    launcher = root.resolve("tools/couplet");
    Files.createDirectories(root.resolve("src/main"));
    Files.createDirectories(root.resolve("tools"));
    Files.copy(Path.of("tools/couplet"), launcher);
    Files.writeString(root.resolve("pom.xml"), "");
    script(folder.resolve("jdk/bin/java"), JAVA);
    script(folder.resolve("jdk/bin/javac"), "#!/bin/bash\n");
    script(folder.resolve("bin/mvn"), MAVEN);
    Files.createDirectories(folder.resolve("home/.m2"));
    Files.writeString(folder.resolve("home/.m2/a.jar"), "a");
    Files.writeString(folder.resolve("home/.m2/b.jar"), "b");
  }

  // Read-only folders can't be removed by the temporary folder's owner.
  @AfterEach
  void makeWritable() throws Exception {
    new ProcessBuilder("chmod", "-R", "u+w", folder.toString()).start().waitFor();
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertTrue(file.toFile().setExecutable(true, false));
  }

  private Launched launch(Map<String, String> environment, String... prefix) throws Exception {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.addAll(List.of("/bin/bash", launcher.toString(), "--version"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().remove("COUPLET_MAVEN_ARGS");
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("LIBRARIES", folder.resolve("home/.m2").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Launched(process.waitFor(), text);
  }

  private static Launched done(Launched launched) {
    assertEquals(0, launched.code(), launched.text());
    return launched;
  }

  @Test
  void theFirstCallBuildsAndTheNextDoNot() throws Exception {
    assertTrue(done(launch(Map.of())).text().contains("building "));
    assertTrue(!done(launch(Map.of())).text().contains("building "));
    // Another Java, or a user for whom Git knows no commit, needs no other build.
    assertTrue(
        !done(launch(Map.of("JAVA_HOME", "", "PATH", folder.resolve("jdk/bin") + ":/usr/bin:/bin")))
            .text()
            .contains("building "));
    assertTrue(
        done(launch(Map.of("COUPLET_MAVEN_ARGS", "-Pgpu"))).text().contains("building -q -B"));
    Files.setLastModifiedTime(
        root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
    assertTrue(done(launch(Map.of("COUPLET_MAVEN_ARGS", "-Pgpu"))).text().contains("building "));
  }

  @Test
  void theClassPathLeadsIntoNobodysHome() throws Exception {
    done(launch(Map.of()));
    AtomicFile.delete(folder.resolve("home"));
    String text = done(launch(Map.of())).text();
    Path built = root.resolve("target/launcher");
    assertTrue(
        text.contains(
            "-cp %s:%s:%s org.couplet.Couplet --version"
                .formatted(
                    built.resolve("couplet.jar"),
                    built.resolve("lib/a.jar"),
                    built.resolve("lib/b.jar"))),
        text);
    assertEquals("b", Files.readString(built.resolve("lib/b.jar")));
  }

  @Test
  void aReadOnlyInstallationRunsAsItWasBuilt() throws Exception {
    done(launch(Map.of()));
    Files.setLastModifiedTime(
        root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
    String text = done(launch(Map.of(), stranger())).text();
    assertTrue(text.contains("org.couplet.Couplet --version"), text);
    assertTrue(text.contains("note: " + root + " has changed since it was built"), text);
    assertTrue(!text.contains("building ") && !text.contains("line "), text);
  }

  @Test
  void aReadOnlyInstallationThatIsNotBuiltSaysWhatToDo() throws Exception {
    Launched refused = launch(Map.of(), stranger());
    assertEquals(1, refused.code(), refused.text());
    assertEquals(
        "couplet: it is not built yet, and %s can't be written to; let its owner run %s --version once\n"
            .formatted(root, launcher),
        refused.text());
  }

  @Test
  void whatTheOwnerKeepsToHimselfIsSaidInASentence() throws Exception {
    done(launch(Map.of()));
    Files.setPosixFilePermissions(
        root.resolve("target/launcher/lib"), PosixFilePermissions.fromString("rwx------"));
    Launched refused = launch(Map.of(), otherUser());
    assertEquals(1, refused.code(), refused.text());
    assertTrue(
        refused.text().contains("can't be read; let its owner run: chmod -R a+rX"), refused.text());
  }

  @Test
  void thereIsAlwaysALocaleThatHasAllNames() throws Exception {
    assertTrue(done(launch(Map.of())).text().contains("locale unset C.UTF-8 unset"));
    assertTrue(done(launch(Map.of("LC_ALL", "C"))).text().contains("locale C.UTF-8 unset unset"));
    assertTrue(
        done(launch(Map.of("LC_ALL", "POSIX"))).text().contains("locale C.UTF-8 unset unset"));
    assertTrue(done(launch(Map.of("LANG", "C"))).text().contains("locale unset C.UTF-8 C"));
    assertTrue(
        done(launch(Map.of("LANG", "C.UTF-8"))).text().contains("locale unset unset C.UTF-8"));
    assertTrue(
        done(launch(Map.of("LANG", "C", "LC_CTYPE", "C.UTF-8")))
            .text()
            .contains("locale unset C.UTF-8 C"));
  }

  @Test
  void javasReportOfACrashIsNotLeftInTheUsersFolder() throws Exception {
    done(launch(Map.of()));
    String text =
        done(launch(Map.of("TMPDIR", "/a", "COUPLET_JAVA_OPTS", "-XX:ErrorFile=own"))).text();
    assertTrue(text.contains("-XX:ErrorFile=/a/couplet-crash-%p.log "), text);
    assertTrue(text.indexOf("-XX:ErrorFile=/a") < text.indexOf("-XX:ErrorFile=own"), text);
  }

  @Test
  void aUserWhomTheSystemDoesNotListHasAHome() throws Exception {
    done(launch(Map.of()));
    String[] unlisted = otherUser();
    unlisted[1] = "--reuid=54321";
    String text = done(launch(Map.of("HOME", "/there"), unlisted)).text();
    assertTrue(text.contains("-Duser.home=/there "), text);
    assertTrue(!done(launch(Map.of())).text().contains("user.home"));
  }

  // Makes the installation one that can't be written to; what to run the launcher with.
  private String[] stranger() throws Exception {
    new ProcessBuilder("chmod", "-R", "a-w", root.toString()).start().waitFor();
    return isRoot() ? otherUser() : new String[0];
  }

  private static String[] otherUser() {
    Assumptions.assumeTrue(
        isRoot() && Files.isExecutable(Path.of("/usr/bin/setpriv")),
        "only root can run something as another user");
    return new String[] {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
