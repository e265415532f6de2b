package org.couplet.serve;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.serving.ServedModel;
import org.couplet.serving.ServingLimits;

/** A server of one model, {@code shapes}, on a free port, and a client of it. */
final class TestServer implements AutoCloseable {
  static final ServingLimits LIMITS =
      new ServingLimits(16, Duration.ofMillis(2), 1000, Duration.ofSeconds(60));
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int MOST_ROWS = 300;
  private static final int MOST_BYTES = 200_000;

  private final ServedModel model;
  private final ImageServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  TestServer(Path folder, Map<String, Long> labels) throws IOException {
    this(folder, labels, Optional.empty(), Optional.empty());
  }

  TestServer(
      Path folder, Map<String, Long> labels, Optional<String> token, Optional<Path> accessLog)
      throws IOException {
    this(folder, labels, token, accessLog, LIMITS, MOST_ROWS);
  }

  /** With limits of its own. */
  TestServer(Path folder, ServingLimits limits) throws IOException {
    this(folder, Map.of(), Optional.empty(), Optional.empty(), limits, MOST_ROWS);
  }

  /** Also with its own limit of a call's rows. */
  TestServer(Path folder, ServingLimits limits, int mostRows) throws IOException {
    this(folder, Map.of(), Optional.empty(), Optional.empty(), limits, mostRows);
  }

  private TestServer(
      Path folder,
      Map<String, Long> labels,
      Optional<String> token,
      Optional<Path> accessLog,
      ServingLimits limits,
      int mostRows)
      throws IOException {
    ServerMetrics metrics = new ServerMetrics();
    model =
        new ServedModel("shapes", folder, labels, limits, rows -> metrics.batch("shapes", rows));
    refresh();
    ServerSettings settings =
        new ServerSettings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            token,
            Optional.empty(),
            mostRows,
            MOST_BYTES,
            accessLog);
    server = new ImageServer(settings, List.of(model), metrics, limits.deadline());
  }

  /** Looks for new versions. */
  List<String> refresh() throws IOException {
    return model.refresh(folder -> {});
  }

  ServedModel model() {
    return model;
  }

  URI uri(String path) {
    return URI.create(server.url() + path.substring(1));
  }

  // An answer that never comes is a failure, not a test that never ends.
  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(LONGEST);
  }

  HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> send(String path, String body) throws IOException, InterruptedException {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  void stop() throws IOException {
    server.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    model.close();
  }
}
