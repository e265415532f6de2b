package org.couplet.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.couplet.io.FailureException;
import org.couplet.io.InvalidInputException;
import org.couplet.serving.ServedModel;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server. Requests are answered on threads of their own, which wait for their model; the
 * models' queues say when it is too much.
 */
public final class ImageServer implements AutoCloseable {
  static final int THREADS = 256;
  private static final long IDLE_MS = 30_000;
  private static final int MOST_HEADER_BYTES = 16 * 1024;
  // How many times the largest body is read before a larger one is refused: a client that is still
  // sending would not see the answer.
  private static final int DRAINED = 5;
  private static final int PART = 8192;
  // What the last answers take beyond their deadline.
  private static final Duration STOPPING = Duration.ofSeconds(5);
  // The page takes its parts from here alone.
  private static final String PAGE_POLICY =
      "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'";

  private final Server server;
  private final ServerConnector connector;
  private final Optional<AccessLog> log;
  private final boolean secure;

  /**
   * Listens at once; models that are not loaded yet answer 503.
   *
   * @param models at least one; the first is that of {@code /v1/images} without a name
   * @param metrics that the models report to
   * @param deadline how long a body may take to arrive, and calls under way at the end
   */
  public ImageServer(
      ServerSettings settings, List<ServedModel> models, ServerMetrics metrics, Duration deadline)
      throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("couplet-http");
    server = new Server(threads);
    secure = settings.keys().isPresent();
    connector = connector(server, settings, deadline);
    server.addConnector(connector);
    metrics.watch(models);
    Routes routes = new Routes(models, metrics, settings.mostRows());
    Access access =
        new Access(settings.token(), settings.address().getAddress().isLoopbackAddress());
    server.setHandler(
        new GracefulHandler(
            new Dispatcher(routes, access, metrics, settings.mostBytes(), deadline)));
    server.setErrorHandler(new JsonErrors(metrics));
    server.setStopTimeout(deadline.plus(STOPPING).toMillis());
    log =
        settings.accessLog().isPresent()
            ? Optional.of(new AccessLog(settings.accessLog().get()))
            : Optional.empty();
    log.ifPresent(server::setRequestLog);
    start(settings);
  }

  private static ServerConnector connector(
      Server server, ServerSettings settings, Duration deadline) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MOST_HEADER_BYTES);
    ServerConnector connector;
    if (settings.keys().isPresent()) {
      http.addCustomizer(new SecureRequestCustomizer(false));
      SslContextFactory.Server keys = new SslContextFactory.Server();
      keys.setKeyStorePath(settings.keys().get().file().toUri().toString());
      keys.setKeyStorePassword(settings.keys().get().password());
      connector = new ServerConnector(server, keys, new HttpConnectionFactory(http));
    } else {
      connector = new ServerConnector(server, new HttpConnectionFactory(http));
    }
    connector.setHost(settings.address().getAddress().getHostAddress());
    connector.setPort(settings.address().getPort());
    // A call has its deadline. With another limit between calls Jetty would set that again after a
    // call that ends while it stops, and wait for as long.
    connector.setIdleTimeout(Math.max(IDLE_MS, deadline.plus(STOPPING).toMillis()));
    return connector;
  }

  private void start(ServerSettings settings) throws IOException {
    try {
      server.start();
    } catch (Exception e) {
      close();
      throw new InvalidInputException(
          "can't listen at %s:%d: %s; choose another --port or --address"
              .formatted(
                  settings.address().getAddress().getHostAddress(),
                  settings.address().getPort(),
                  root(e)),
          e);
    }
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Where the page is. */
  public String url() {
    String host = String.valueOf(connector.getHost());
    return "%s://%s:%d/"
        .formatted(
            secure ? "https" : "http",
            host.contains(":") ? "[" + host + "]" : host,
            connector.getLocalPort());
  }

  /** Takes no new requests, and ends when those under way are answered or the time is over. */
  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (TimeoutException e) {
      throw new FailureException("some calls were not answered before the server stopped");
    } catch (Exception e) {
      throw new FailureException("the server did not stop in order: " + e.getMessage());
    } finally {
      if (log.isPresent()) {
        log.get().close();
      }
    }
  }

  /** Turns Jetty's requests into calls, and answers into its responses. */
  private static final class Dispatcher extends Handler.Abstract {
    private final Routes routes;
    private final Access access;
    private final ServerMetrics metrics;
    private final int mostBytes;
    private final Duration deadline;

    Dispatcher(
        Routes routes, Access access, ServerMetrics metrics, int mostBytes, Duration deadline) {
      this.routes = routes;
      this.access = access;
      this.metrics = metrics;
      this.mostBytes = mostBytes;
      this.deadline = deadline;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Answer answer = answer(request);
      response.setStatus(answer.status());
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
      response.getHeaders().put("X-Content-Type-Options", "nosniff");
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
      response.getHeaders().put("Content-Security-Policy", PAGE_POLICY);
      answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
      metrics.request(
          Routes.kind(Request.getPathInContext(request)), answer.status(), seconds(request));
      response.write(true, ByteBuffer.wrap(answer.body()), callback);
      return true;
    }

    private Answer answer(Request request) {
      try {
        String path = Request.getPathInContext(request);
        access.check(
            path,
            String.valueOf(Request.getServerName(request)),
            request.getHeaders().get(HttpHeader.AUTHORIZATION));
        return routes.answer(
            new Call(request.getMethod(), path, query(request), () -> body(request)));
      } catch (HttpProblem e) {
        return Answer.error(e.status(), String.valueOf(e.getMessage()));
      }
    }

    private static Map<String, String> query(Request request) {
      Map<String, String> query = new LinkedHashMap<>();
      Fields fields;
      try {
        fields = Request.extractQueryParameters(request);
      } catch (IllegalArgumentException | HttpException.RuntimeException e) {
        throw HttpProblem.badRequest("the query can't be read");
      }
      for (Fields.Field field : fields) {
        if (field.getValues().size() != 1) {
          throw HttpProblem.badRequest("the parameter '" + field.getName() + "' is there twice");
        }
        query.put(field.getName(), field.getValue());
      }
      return query;
    }

    private byte[] body(Request request) {
      long begun = System.nanoTime();
      Scheduler.Task end =
          request
              .getComponents()
              .getScheduler()
              .schedule(
                  () -> request.fail(new TimeoutException()),
                  deadline.toMillis(),
                  TimeUnit.MILLISECONDS);
      try (InputStream in = Content.Source.asInputStream(request)) {
        return body(in);
      } catch (IOException | UncheckedIOException e) {
        if (System.nanoTime() - begun < deadline.toNanos()) {
          throw HttpProblem.badRequest("the body did not arrive whole");
        }
        throw new HttpProblem(
            HttpStatus.REQUEST_TIMEOUT_408,
            "the body did not arrive within " + deadline.toSeconds() + " s");
      } finally {
        end.cancel();
      }
    }

    private byte[] body(InputStream in) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      byte[] part = new byte[PART];
      long total = 0;
      int read = in.read(part);
      while (read >= 0 && total <= DRAINED * (long) mostBytes) {
        total += read;
        if (total <= mostBytes) {
          body.write(part, 0, read);
        }
        read = in.read(part);
      }
      if (total > mostBytes) {
        throw new HttpProblem(
            HttpStatus.PAYLOAD_TOO_LARGE_413,
            "the body has more than " + mostBytes + " bytes, which is the most");
      }
      return body.toByteArray();
    }
  }

  /**
   * What Jetty refuses by itself, and what fails unexpectedly, is said as JSON and counted, too.
   */
  private static final class JsonErrors extends ErrorHandler {
    private final ServerMetrics metrics;

    JsonErrors(ServerMetrics metrics) {
      this.metrics = metrics;
    }

    @Override
    public boolean errorPageForMethod(String method) {
      return true;
    }

    @Override
    protected void generateResponse(
        Request request,
        Response response,
        int code,
        @Nullable String message,
        @Nullable Throwable cause,
        Callback callback) {
      // What failed unexpectedly is logged, in Java's words, which say nothing to a client.
      boolean unexpected = code == HttpStatus.INTERNAL_SERVER_ERROR_500;
      String reason = unexpected ? "the server failed; its error output says how" : message;
      Answer answer = Answer.error(code, reason == null ? HttpStatus.getMessage(code) : reason);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
      metrics.request(kind(request), code, seconds(request));
      response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }

    // Where the request could not be read, it has no path of its own.
    private static String kind(Request request) {
      String path = request.getHttpURI().getDecodedPath();
      return Routes.kind(path == null ? "" : path);
    }
  }

  private static double seconds(Request request) {
    return (System.nanoTime() - request.getBeginNanoTime()) / 1e9;
  }
}
