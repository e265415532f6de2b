package org.couplet.cluster;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.ConfigProto;

class ClusterTest {
  private final Path file;

  ClusterTest(@TempDir Path folder) {
    this.file = folder.resolve("cluster.textproto");
  }

  private Cluster read(String text, int task) throws IOException {
    Files.writeString(file, text);
    return Cluster.load(file, task);
  }

  private static Optional<Cluster> environment(String value) {
    return Cluster.fromEnvironment(Map.of("TF_CONFIG", value));
  }

  private static Cluster of(String... workers) {
    return new Cluster(List.of(workers), 0, Duration.ofSeconds(1), Duration.ofSeconds(1));
  }

  @Test
  void aFileNamesWorkersInTheirOrderAndTimes() throws IOException {
    String workers = "worker: 'gpu-a.example.org:2222'\nworker: '[fe80::1]:2223'\n";
    Cluster defaults = read(workers, 1);
    assertEquals(List.of("gpu-a.example.org:2222", "[fe80::1]:2223"), defaults.workers());
    assertEquals(Duration.ofMinutes(5), defaults.startTimeout());
    assertEquals(Duration.ofMinutes(1), defaults.watchTimeout());
    assertEquals("worker 1 ([fe80::1]:2223)", defaults.name(defaults.task()));
    assertFalse(defaults.isChief());
    assertTrue(read(workers, 0).isChief());

    Cluster other = read(workers + "watch_timeout_seconds: 7 start_timeout_seconds: 8", 1);
    assertEquals(Duration.ofSeconds(7), other.watchTimeout());
    assertEquals(Duration.ofSeconds(8), other.startTimeout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "workers: 'a:1'                  | cluster.textproto:1: workers: | Did you mean worker",
        "worker: 5                       | cluster.textproto:1: worker:  | double quotes",
        "watch_timeout_seconds: 5        | cluster.textproto: worker:    | HOST:PORT",
        "worker: 'a'                     | cluster.textproto:1: worker:  | HOST:PORT",
        "worker: 'a:0'                   | cluster.textproto:1: worker:  | 65535",
        "worker: 'a:65536'               | cluster.textproto:1: worker:  | 65535",
        "worker: 'grpc://a:1'            | cluster.textproto:1: worker:  | HOST:PORT",
        "worker: 'a:1' worker: 'a:1'     | cluster.textproto:1: worker:  | twice",
        "worker: 'a:1' worker: '[::1]:2' | cluster.textproto:1: worker:  | loopback",
        "worker: '127.0.0.1:1' worker: 'a:2'                  | cluster.textproto:1: worker: | loopback",
        "worker: 'a:1' watch_timeout_seconds: 0               | watch_timeout_seconds:       | at least 1",
        "start_timeout_seconds: 1 start_timeout_seconds: 2    | start_timeout_seconds:       | twice",
      })
  void aFileIsRefusedWithItsPlace(String text, String place, String remedy) {
    assertRefused(() -> read(text, 0), place, remedy);
  }

  @Test
  void thePlaceIsTheLineOfTheAddress() {
    assertRefused(() -> read("worker: 'a:1'\nworker: 'b:1'\nworker: 'c'", 0), ":3: worker:");
  }

  @Test
  void workersInBracketsAreAListTheLineOfWhichIsNotKnown() throws IOException {
    assertEquals(List.of("a:1", "b:1"), read("worker: ['a:1',\n'b:1']", 0).workers());
    assertRefused(() -> read("worker: ['a:1',\n'b']", 0), "cluster.textproto: worker: \"b\"");
  }

  @ParameterizedTest
  @CsvSource({"-1", "2"})
  void aTaskIsOneOfTheWorkers(int task) {
    assertRefused(() -> read("worker: 'a:1' worker: 'b:1'", task), "--task " + task, "0 to 1");
  }

  @Test
  void theEnvironmentNamesTheChiefFirst() {
    String cluster = "{\"cluster\": {\"worker\": [\"b:1\", \"c:1\"], \"chief\": [\"a:1\"]},";
    Cluster second =
        environment(cluster + "\"task\": {\"type\": \"worker\", \"index\": 1}}").orElseThrow();
    assertEquals(List.of("a:1", "b:1", "c:1"), second.workers());
    assertEquals(2, second.task());
    Cluster chief =
        environment(cluster + "\"task\": {\"type\": \"chief\", \"index\": \"0\"}}").orElseThrow();
    assertTrue(chief.isChief());
  }

  @Test
  void theEnvironmentMayNameNoChief() {
    String config =
        "{\"cluster\":{\"worker\":[\"a:1\",\"b:1\"]},\"task\":{\"type\":\"worker\",\"index\":0},"
            + "\"environment\":\"cloud\"}";
    assertTrue(environment(config).orElseThrow().isChief());
  }

  @Test
  void theEnvironmentMayNameNoCluster() {
    assertEquals(Optional.empty(), Cluster.fromEnvironment(Map.of()));
    assertEquals(Optional.empty(), environment(" "));
    assertEquals(Optional.empty(), environment("{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'cluster': {'worker': ['a:1']}                                             | not JSON (End of input",
        "[]                                                                          | not an object",
        "null                                                                        | not an object",
        "{'cluster': {'worker': ['a:1'], 'ps': ['b:1']}}                             | cluster.ps: parameter servers",
        "{'cluster': {'worker': ['a:1'], 'evaluator': ['b:1']}}                      | couplet fid",
        "{'cluster': {'worker': ['a:1'], 'boss': ['b:1']}}                           | cluster.boss",
        "{'cluster': {'worker': ['a:1']}, 'task': {'type': 'evaluator', 'index': 0}} | task.type: there is no evaluator",
        "{'cluster': {'worker': ['a:1']}, 'task': {'type': 'chief', 'index': 0}}     | task.index: 0",
        "{'cluster': {'worker': ['a:1']}, 'task': {'type': 'worker', 'index': 1}}    | names 1 of type worker",
        "{'cluster': {'worker': ['a:1']}, 'task': {'type': 'worker'}}                | task.index: is missing",
        "{'cluster': {'worker': ['a:1']}, 'task': {'type': 'worker', 'index': 'x'}}  | task.index: x",
        "{'cluster': {'worker': ['a:1']}, 'task': {'index': 0}}                      | task.type: is missing",
        "{'cluster': {'worker': ['a:1']}}                                            | task: is missing",
        "{'cluster': {'worker': []}}                                                 | cluster: no worker",
        "{'cluster': {'worker': 'a:1'}}                                              | cluster.worker: is not a list",
        "{'cluster': {'worker': [1]}}                                                | cluster.worker: 1 is not a text",
        "{'cluster': {'worker': ['a']}}                                              | cluster.worker: \"a\"",
        "{'cluster': {'chief': ['a:1', 'b:1']}}                                      | cluster.chief: there can be one",
      })
  void theEnvironmentIsRefusedWithItsPlace(String text, String part) {
    assertRefused(() -> environment(text.replace('\'', '"')), "TF_CONFIG: ", part);
  }

  @Test
  void aServerInANetworkNeedsTrust() {
    assertRefused(
        () -> ClusterServer.start(of("10.0.0.1:2222"), ConfigProto.getDefaultInstance(), false),
        "worker 0 (10.0.0.1:2222)",
        "--trust-network",
        "docs/scale.md");
  }

  // Debian's own name for a machine.
  @Test
  void anAddressOfTheLoopbackThatNoInterfaceHasIsHere() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertDoesNotThrow(() -> ClusterServer.check(of("127.0.1.1:" + port), false));
  }

  @Test
  void anotherMachinesAddressIsRefused() {
    // An address for documentation, which no machine has.
    assertRefused(
        () -> ClusterServer.start(of("203.0.113.1:2222"), ConfigProto.getDefaultInstance(), true),
        "worker 0 (203.0.113.1:2222)",
        "not an address of this machine");
  }

  // One that no interface has, as behind a translation of addresses.
  @Test
  @EnabledOnOs(OS.LINUX)
  void anAddressThatLeadsHereIsTaken() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ClusterServer.start(of("127.0.1.1:" + port), ConfigProto.getDefaultInstance(), true);
  }

  @Test
  void aPortInUseIsRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertRefused(
          () ->
              ClusterServer.start(of("127.0.0.1:" + port), ConfigProto.getDefaultInstance(), false),
          "port " + port,
          "choose another port");
    }
  }
}
