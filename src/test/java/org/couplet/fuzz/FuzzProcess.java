package org.couplet.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.couplet.io.AtomicFile;
import org.jspecify.annotations.Nullable;

/** A {@link FuzzWorker}, begun again where it died or hung. */
final class FuzzProcess {
  // A picture may take 60 s. The first file of a kind also waits until sound ones are made.
  private static final int MOST_SECONDS = 90;
  private static final int FIRST_SECONDS = 180;

  // A file system in memory, on Linux: commands write to the disk before they end, which took two
  // thirds of the time.
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path folder;
  private @Nullable Path scratch;
  private @Nullable Process process;
  private @Nullable BufferedReader answers;
  private String kind = "";

  /**
   * @param folder for its files
   */
  FuzzProcess(Path folder) {
    this.folder = folder;
    // A test that is interrupted leaves nothing in memory.
    Runtime.getRuntime().addShutdownHook(new Thread(this::endAtExit));
  }

  /**
   * What a worker found.
   *
   * @param code exit code of the command; -1 of one that did not end
   * @param fault what was wrong
   */
  record Answer(int code, Optional<String> fault) {}

  /** Lets a damaged file be read. */
  Answer ask(String name, long seed) throws IOException, InterruptedException {
    if (process == null || !process.isAlive()) {
      start();
      kind = "";
    }
    int seconds = kind.equals(name) ? MOST_SECONDS : FIRST_SECONDS;
    kind = name;
    try {
      String answer = answer(name + " " + seed, seconds);
      int space = answer.indexOf(' ');
      String fault = answer.substring(space + 1);
      return new Answer(
          Integer.parseInt(answer.substring(0, space)),
          fault.isEmpty() ? Optional.empty() : Optional.of(fault));
    } catch (TimeoutException e) {
      stop();
      return new Answer(-1, Optional.of("not done after " + seconds + " s"));
    } catch (IOException e) {
      stop();
      return new Answer(-1, Optional.of("the process died: " + e.getMessage()));
    }
  }

  /** Keeps the input of the last question, and what was said. */
  void keep(Path file) throws IOException {
    Path input = Objects.requireNonNull(scratch).resolve("input");
    if (Files.notExists(input)) {
      return;
    }
    Files.copy(input, file, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        input.resolveSibling("said"),
        file.resolveSibling(file.getFileName() + ".said"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void start() throws IOException {
    Files.createDirectories(folder);
    if (scratch != null) {
      // One that died may have left half a file.
      AtomicFile.delete(scratch);
    }
    Path place = Files.isWritable(MEMORY) ? MEMORY : folder;
    scratch = Files.createTempDirectory(place, "couplet-fuzz");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+DisplayVMOutputToStderr",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                FuzzWorker.class.getName(),
                scratch.toString()));
    builder.directory(folder.toFile());
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    process = builder.start();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private String answer(String question, int seconds)
      throws IOException, InterruptedException, TimeoutException {
    Process worker = Objects.requireNonNull(process);
    BufferedReader from = Objects.requireNonNull(answers);
    OutputStream to = worker.getOutputStream();
    to.write((question + "\n").getBytes(StandardCharsets.UTF_8));
    to.flush();
    var waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Optional.ofNullable(from.readLine());
              } catch (IOException e) {
                return Optional.<String>empty();
              }
            },
            // Not of a shared pool: one that waits for ever must not take another's place.
            reading -> new Thread(reading, "answers").start());
    try {
      Optional<String> line = waiting.get(seconds, TimeUnit.SECONDS);
      if (line.isEmpty()) {
        // It may hang in its end.
        throw new IOException(
            worker.waitFor(seconds, TimeUnit.SECONDS)
                ? "exit code " + worker.exitValue()
                : "said no more");
      }
      return line.get();
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
  }

  /** Ends the worker and deletes its files. */
  void end() throws IOException, InterruptedException {
    stop();
    if (scratch != null) {
      AtomicFile.delete(scratch);
    }
  }

  private void endAtExit() {
    try {
      end();
    } catch (IOException | InterruptedException e) {
      System.err.println("left files in " + scratch + ": " + e);
    }
  }

  private void stop() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
      process = null;
    }
  }
}
