package org.couplet.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.couplet.io.AtomicFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File systems that lack something, played by a library in front of the system's own. */
class OddFileSystemTest {
  private static final String NO_LOCKS =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <stdarg.h>
      static int any(const char *name, int file, int command, void *value) {
        if (command == F_SETLK || command == F_SETLKW) { errno = ENOSYS; return -1; }
        int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
        return real(file, command, value);
      }
      #define SAME(name) int name(int file, int command, ...) { \\
        va_list more; va_start(more, command); void *value = va_arg(more, void *); va_end(more); \\
        return any(#name, file, command, value); }
      SAME(fcntl)
      SAME(fcntl64)
      """;

  private static final String NO_FORCED_FOLDERS =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <sys/stat.h>
      int fsync(int file) {
        struct stat kind;
        if (!fstat(file, &kind) && S_ISDIR(kind.st_mode)) { errno = EINVAL; return -1; }
        int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
        return real(file);
      }
      """;

  // At one change of a name the process ends, or the change fails.
  private static final String BROKEN =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      static int broken(const char *path) {
        static int changes;
        if (!strstr(path, "a.npy") && !strstr(path, "a.labels.npy")) { return 0; }
        if (++changes != atoi(getenv("BROKEN_AT"))) { return 0; }
        if (getenv("KILLED")) { _exit(9); }
        errno = EIO;
        return 1;
      }
      int rename(const char *from, const char *to) {
        int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
        return broken(from) ? -1 : real(from, to);
      }
      int unlink(const char *path) {
        int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
        return broken(path) ? -1 : real(path);
      }
      """;

  private final Path folder;

  OddFileSystemTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void withoutLocksThereIsAWarningAndTheWorkGoesOn() throws Exception {
    String words = run(NO_LOCKS);
    assertTrue(words.contains("its file system has no locks (Function not implemented)"), words);
    assertEquals(1, words.lines().count(), words);
  }

  @Test
  void foldersThatCantBeForcedToDiskAreNoError() throws Exception {
    assertEquals("", run(NO_FORCED_FOLDERS));
  }

  @Test
  void killedAnywhereImagesHaveTheirOwnLabels() throws Exception {
    Path library = compiled(BROKEN);
    Path run = Files.createDirectory(folder.resolve("run"));
    Path images = run.resolve("a.npy");
    Path labels = run.resolve("a.labels.npy");
    int code = 9;
    int kills = 0;
    for (; code != 0; kills++) {
      code = replaced(run, library, Map.of("KILLED", "", "BROKEN_AT", kills + 1 + ""));
      if (Files.exists(images)) {
        assertEquals(Files.readString(images), Files.readString(labels));
      }
      if (!Files.exists(images) || Files.readString(images).equals("old")) {
        assertEquals("old", Files.readString(either(images)));
        assertEquals("old", Files.readString(either(labels)));
      }
    }
    assertEquals("new", Files.readString(images));
    // Two aside, two in their place, two deleted, and once without.
    assertEquals(7, kills);
  }

  @Test
  void whereAChangeFailsImagesHaveTheirOwnLabels() throws Exception {
    Path library = compiled(BROKEN);
    Path run = Files.createDirectory(folder.resolve("run"));
    for (int change = 1; change <= 4; change++) {
      assertEquals(1, replaced(run, library, Map.of("BROKEN_AT", change + "")));
      assertEquals("old", Files.readString(run.resolve("a.npy")));
      assertEquals("old", Files.readString(run.resolve("a.labels.npy")));
      try (var files = Files.list(run)) {
        assertEquals(2, files.count());
      }
    }
  }

  // Replaces old images and labels with new ones; the exit code.
  private static int replaced(Path run, Path library, Map<String, String> environment)
      throws IOException, InterruptedException {
    AtomicFile.delete(run);
    OddFileSystem.replaceTogether(run, "old");
    ProcessBuilder builder = process(library, run.toString(), "new");
    builder.environment().putAll(environment);
    return builder.start().waitFor();
  }

  private static Path either(Path file) {
    Path replaced = file.resolveSibling("." + file.getFileName() + ".replaced");
    return Files.exists(replaced) ? replaced : file;
  }

  private static ProcessBuilder process(Path library, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OddFileSystem.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LD_PRELOAD", library.toString());
    return builder;
  }

  // What the process printed; it must succeed.
  private String run(String source) throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    ProcessBuilder builder = process(compiled(source), run.toString());
    Process process = builder.redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), words);
    assertEquals("whole", Files.readString(run.resolve("file")));
    assertTrue(Files.isDirectory(run.resolve("folder")));
    try (var files = Files.list(run)) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".partial")));
    }
    return words;
  }

  private Path compiled(String source) throws IOException, InterruptedException {
    Path library = folder.resolve("odd.so");
    Path file = Files.writeString(folder.resolve("odd.c"), source);
    try {
      Process compiler =
          new ProcessBuilder(
                  "cc", "-shared", "-fPIC", "-w", "-o", library.toString(), file.toString(), "-ldl")
              .inheritIO()
              .start();
      Assumptions.assumeTrue(compiler.waitFor() == 0, "the C compiler makes no library here");
    } catch (IOException e) {
      Assumptions.abort("there is no C compiler here");
    }
    return library;
  }
}
