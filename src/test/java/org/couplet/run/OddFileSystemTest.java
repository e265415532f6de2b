package org.couplet.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  // What the process printed; it must succeed.
  private String run(String source) throws IOException, InterruptedException {
    Path library = compiled(source);
    Path run = folder.resolve("run");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OddFileSystem.class.getName(),
            run.toString());
    builder.environment().put("LD_PRELOAD", library.toString());
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
