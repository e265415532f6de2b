package org.couplet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.couplet.CommandProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Workers in processes of their own. What a cut network does was tried by hand: docs/scale.md. */
@Tag("long")
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class ClusterProcessTest {
  private static final int WATCH_SECONDS = 3;
  private static final int ENDLESS = 1_000_000;

  private final Path folder;
  private final List<Integer> ports = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  ClusterProcessTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void findPorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sockets.add(new ServerSocket(0));
      ports.add(sockets.get(i).getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private void configure(int workers, int startSeconds) throws IOException {
    String addresses =
        IntStream.range(0, workers)
            .mapToObj(i -> "worker: \"127.0.0.1:" + ports.get(i) + "\"\n")
            .collect(Collectors.joining());
    Files.writeString(
        file(),
        addresses
            + "start_timeout_seconds: %d\nwatch_timeout_seconds: %d\n"
                .formatted(startSeconds, WATCH_SECONDS));
  }

  private Path file() {
    return folder.resolve("cluster.textproto");
  }

  private Path output(int task) {
    return folder.resolve("worker" + task);
  }

  private String printed(int task) throws IOException {
    return Files.readString(output(task));
  }

  // Workers begin in the order of their tasks.
  private void start(String data, int steps) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", LoopbackSocket.JAVA_OPTION));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ClusterWorker.class.getName());
    int task = processes.size();
    command.addAll(List.of(file().toString(), Integer.toString(task), data));
    command.addAll(List.of(Integer.toString(steps), "5"));
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output(task).toFile())
            .start());
  }

  private void awaitOutput(int task, String text) throws IOException, InterruptedException {
    while (Files.notExists(output(task)) || !printed(task).contains(text)) {
      assertTrue(processes.get(task).isAlive(), () -> "worker " + task + " has ended");
      Thread.sleep(20);
    }
  }

  private void assertEnds(int task, int code, String... parts)
      throws IOException, InterruptedException {
    int ended = processes.get(task).waitFor();
    String printed = printed(task);
    assertEquals(code, ended, printed);
    for (String part : parts) {
      assertTrue(printed.contains(part), printed);
    }
  }

  private String name(int task) {
    return "worker %d (127.0.0.1:%d)".formatted(task, ports.get(task));
  }

  @Test
  void workersWaitForALateOneAndEndTogether() throws Exception {
    configure(3, 60);
    start("a", 20);
    start("a", 20);
    awaitOutput(0, "waiting for");
    awaitOutput(1, "waiting for");
    start("a", 20);
    for (int task = 0; task < 3; task++) {
      assertEnds(task, 0, "agreed", "step 19", "done");
    }
    assertTrue(printed(0).contains(name(2)), printed(0));
  }

  @Test
  void anotherFactIsNamedOnEveryWorker() throws Exception {
    configure(2, 60);
    start("a.npy", 1);
    start("b.npy", 1);
    for (int task = 0; task < 2; task++) {
      assertEnds(
          task,
          2,
          name(1) + " has another data file than " + name(0) + ": \"b.npy\", not \"a.npy\"");
      assertFalse(printed(task).contains("agreed"), printed(task));
    }
  }

  @Test
  void oneThatNeverComesIsNamed() throws Exception {
    configure(2, 2);
    start("a", 1);
    assertEnds(0, 1, "waiting for 1 of 2 workers: " + name(1), name(1) + ": did not answer");
  }

  @Test
  void aKilledOneIsNamedByAllOthers() throws Exception {
    configure(3, 60);
    for (int task = 0; task < 3; task++) {
      start("a", ENDLESS);
    }
    awaitOutput(0, "step 10");
    CommandProcess.signal("KILL", processes.get(1));
    assertEnds(0, 1, name(1) + " has not answered");
    assertEnds(2, 1, name(1) + " has not answered");
  }

  @Test
  void aStoppedOneIsNamedWithinTheTimeout() throws Exception {
    configure(2, 60);
    start("a", ENDLESS);
    start("a", ENDLESS);
    awaitOutput(1, "step 10");
    long stopped = System.nanoTime();
    CommandProcess.signal("STOP", processes.get(0));
    assertEnds(1, 1, name(0) + " has not answered");
    double seconds = (System.nanoTime() - stopped) / 1e9;
    assertTrue(seconds < WATCH_SECONDS + 10, seconds + " s");
  }

  @Test
  void serversListenOnLoopbackOnly() throws Exception {
    configure(2, 60);
    start("a", 1);
    awaitOutput(0, "waiting for");
    new Socket(InetAddress.getLoopbackAddress(), ports.get(0)).close();
    for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      for (InetAddress address : Collections.list(network.getInetAddresses())) {
        if (!network.isLoopback()) {
          assertThrows(IOException.class, () -> new Socket(address, ports.get(0)).close());
        }
      }
    }
  }
}
