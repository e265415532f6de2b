package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command itself, in a process of its own. */
@Tag("long")
class ServeCommandTest {
  private static final String SECRET = "correct horse";
  private static final String BODY =
      "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1, \"count\": 3, \"sigmas\": [80]}}";

  @TempDir private Path folder = Path.of("");

  @Test
  @Timeout(120)
  void twoModelsAreServedOverTlsUntilTheSignalToEnd() throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    assumeTrue(Files.isExecutable(keytool), "no keytool");
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    CommandRun.done("train", "--config", config, "--run", folder.resolve("run"), "--steps", 2);
    export(folder.resolve("points"), "--version", 1);
    // The folder's own name has what separates names from folders.
    export(folder.resolve("mu=1"));

    Path output = folder.resolve("output");
    Process process = serve(keytool, output);
    try {
      URI server = address(output, process);
      HttpClient client = HttpClient.newBuilder().sslContext(trust()).build();
      assertEquals(
          401, send(client, HttpRequest.newBuilder(server.resolve("v1/models"))).statusCode());
      for (String model : new String[] {"points", "mu=1"}) {
        HttpResponse<String> samples =
            send(
                client,
                request(server, "v1/models/" + model + ":predict")
                    .POST(HttpRequest.BodyPublishers.ofString(BODY)));
        assertEquals(200, samples.statusCode(), samples.body());
      }

      // A new version takes over beside the one that has a label.
      export(folder.resolve("points"), "--version", 2);
      while (!status(client, server, "points").contains("\"version\":\"2\"")) {
        assertTrue(process.isAlive(), () -> printed(output));
        Thread.sleep(50);
      }
      assertTrue(status(client, server, "points/labels/stable").contains("\"version\":\"1\""));

      assertAnsweredAtTheEnd(server, process);
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), () -> printed(output));
      assertEquals(ExitCode.DONE, process.exitValue(), () -> printed(output));
      assertTrue(printed(output).contains("all calls are answered; the server is down"));
    } finally {
      process.destroyForcibly();
    }
  }

  private void export(Path model, Object... version) {
    Path run = folder.resolve("run");
    if (version.length == 0) {
      CommandRun.done("export", "--run", run, "--output", model);
    } else {
      CommandRun.done("export", "--run", run, "--output", model, version[0], version[1]);
    }
  }

  private Process serve(Path keytool, Path output) throws IOException, InterruptedException {
    Path token = Files.writeString(folder.resolve("token"), SECRET + "\n");
    Path password = Files.writeString(folder.resolve("password"), SECRET);
    String made =
        "-genkeypair -alias couplet -keyalg EC -dname CN=localhost -ext SAN=ip:127.0.0.1"
            + " -storetype PKCS12";
    ProcessBuilder keys = new ProcessBuilder(keytool.toString());
    keys.command().addAll(List.of(made.split(" ", -1)));
    keys.command()
        .addAll(List.of("-keystore", keys().toString(), "-storepass:file", password.toString()));
    assertEquals(
        0,
        keys.redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool").toFile())
            .start()
            .waitFor());
    return CommandProcess.start(
        output,
        Map.of(),
        "serve",
        "--model",
        "points=" + folder.resolve("points"),
        "--model",
        folder.resolve("mu=1"),
        "--label",
        "points:stable=1",
        "--port",
        0,
        "--token-file",
        token,
        "--keystore",
        keys(),
        "--keystore-password-file",
        password);
  }

  private Path keys() {
    return folder.resolve("keys.p12");
  }

  private static URI address(Path output, Process process) throws InterruptedException {
    while (!printed(output).matches("(?s).*serving at https://\\S+\n.*")) {
      assertTrue(process.isAlive(), () -> printed(output));
      Thread.sleep(20);
    }
    return URI.create(printed(output).replaceFirst("(?s).*serving at (\\S+)\n.*", "$1"));
  }

  private static String printed(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private SSLContext trust() throws IOException, GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(KeyStore.getInstance(keys().toFile(), SECRET.toCharArray()));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static HttpRequest.Builder request(URI server, String path) {
    return HttpRequest.newBuilder(server.resolve(path)).header("Authorization", "Bearer " + SECRET);
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpRequest limited = request.timeout(Duration.ofSeconds(60)).build();
    return client.send(limited, HttpResponse.BodyHandlers.ofString());
  }

  private static String status(HttpClient client, URI server, String model)
      throws IOException, InterruptedException {
    return send(client, request(server, "v1/models/" + model)).body();
  }

  // A call that is under way when the signal comes.
  private void assertAnsweredAtTheEnd(URI server, Process process) throws Exception {
    try (Socket socket =
        trust().getSocketFactory().createSocket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      String head =
          """
          POST /v1/models/points:predict HTTP/1.1
          Host: 127.0.0.1
          Authorization: Bearer %s
          Content-Length: %d
          Expect: 100-continue

          """
              .formatted(SECRET, BODY.length());
      out.write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      // The server asks for the body: it is under way.
      String go = "HTTP/1.1 100 Continue\r\n\r\n";
      assertEquals(go, new String(in.readNBytes(go.length()), StandardCharsets.US_ASCII));
      CommandProcess.signal("TERM", process);
      Thread.sleep(300);
      out.write(BODY.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
    }
  }
}
