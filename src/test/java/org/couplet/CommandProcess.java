package org.couplet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own. */
public final class CommandProcess {
  private CommandProcess() {}

  /**
   * Starts a command.
   *
   * @param output takes what it prints and complains
   * @param environment variables beside those of this process
   * @param arguments paths and numbers become text
   */
  public static Process start(Path output, Map<String, String> environment, Object... arguments)
      throws IOException {
    ProcessBuilder builder = builder(environment, arguments);
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  /**
   * Runs a command to its end.
   *
   * @param folder for what it prints
   * @param environment variables beside those of this process
   * @param arguments paths and numbers become text
   */
  public static CommandRun run(Path folder, Map<String, String> environment, Object... arguments)
      throws IOException, InterruptedException {
    return run(folder.resolve("out"), folder.resolve("err"), environment, arguments);
  }

  /**
   * The same.
   *
   * @param out takes what it prints: a file, or a device such as {@code /dev/full}
   * @param err a file that takes what it complains
   */
  public static CommandRun run(
      Path out, Path err, Map<String, String> environment, Object... arguments)
      throws IOException, InterruptedException {
    Process process =
        builder(environment, arguments)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      int code = process.waitFor();
      return new CommandRun(code, printed(out), Files.readString(err));
    } catch (InterruptedException e) {
      // The test's time is over: Java answers this signal with the stacks of its threads.
      signal("QUIT", process);
      process.waitFor(5, TimeUnit.SECONDS);
      System.err.println(printed(out) + Files.readString(err));
      throw e;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String printed(Path out) throws IOException {
    return Files.isRegularFile(out) ? Files.readString(out) : "";
  }

  /** Sends a signal, such as {@code TERM}. */
  public static void signal(String name, Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  private static ProcessBuilder builder(Map<String, String> environment, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
    // As tools/couplet does, for training with other workers.
    command.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Couplet.class.getName());
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder;
  }

  /**
   * Ends a command as a polite kill does, once it is writing into a folder that is there.
   *
   * @return the exit code
   */
  public static int endedWriting(Path folder, Process process)
      throws IOException, InterruptedException {
    try {
      while (!isWritingInto(folder) && process.isAlive()) {
        Thread.sleep(10);
      }
      process.destroy();
      return process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean isWritingInto(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".partial"));
    }
  }
}
