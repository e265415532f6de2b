package org.couplet.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.InvalidInputException;
import org.couplet.serving.Refusal;
import org.couplet.serving.ServedModel;
import org.eclipse.jetty.http.HttpStatus;

/** Which path gives what. */
final class Routes {
  private static final Pattern MODEL =
      Pattern.compile(
          "/v1/models/(?<name>[^/:]+)(?:/versions/(?<version>\\d{1,18})|/labels/(?<label>[^/:]+))?"
              + "(?:/(?<part>metadata|card|training)|:(?<verb>\\w+))?");
  private static final Map<String, String> FILES =
      Map.of(
          "/", "page.html",
          "/page.css", "page.css",
          "/page.js", "page.js");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "js", "text/javascript;charset=utf-8");
  private static final String GET = "GET";
  private static final String HEAD = "HEAD";
  private static final String POST = "POST";

  // Fewer than the server has threads, so that refusals and health checks always find one.
  private static final int CALLS = ImageServer.THREADS * 3 / 4;
  private static final Set<String> OF_A_MODEL = Set.of("images", "predict");

  private final List<ServedModel> models;
  private final Semaphore calls = new Semaphore(CALLS);
  private final ServerMetrics metrics;
  private final int mostRows;
  private final PredictApi predict;
  private final ImagesApi images;

  Routes(List<ServedModel> models, ServerMetrics metrics, int mostRows) {
    this.models = models;
    this.metrics = metrics;
    this.mostRows = mostRows;
    this.predict = new PredictApi(mostRows);
    this.images = new ImagesApi(mostRows);
  }

  /** Whether a path needs no token: what a load balancer asks, and the page, which asks for one. */
  static boolean isOpen(String path) {
    return FILES.containsKey(path) || path.equals("/healthz") || path.equals("/readyz");
  }

  /** What kind of request it is, for metrics: a few words for all paths. */
  static String kind(String path) {
    if (path.equals("/v1/images")) {
      return "images";
    }
    if (path.endsWith(":predict")) {
      return "predict";
    }
    if (path.startsWith("/v1/models")) {
      return "model";
    }
    return isOpen(path) || path.equals("/metrics") ? "other" : "unknown";
  }

  /** Answers; whatever goes wrong is an answer too. */
  Answer answer(Call call) {
    if (!OF_A_MODEL.contains(kind(call.path()))) {
      return answered(call);
    }
    if (!calls.tryAcquire()) {
      return busy(CALLS + " calls are in hand already; try again in a second");
    }
    try {
      return answered(call);
    } finally {
      calls.release();
    }
  }

  private Answer answered(Call call) {
    try {
      return route(call);
    } catch (HttpProblem e) {
      return Answer.error(e.status(), String.valueOf(e.getMessage()));
    } catch (InvalidInputException e) {
      return Answer.error(HttpStatus.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    } catch (Refusal e) {
      return refused(e);
    }
  }

  private static Answer refused(Refusal refusal) {
    String message = String.valueOf(refusal.getMessage());
    return switch (refusal.reason()) {
      case NOT_FOUND -> Answer.error(HttpStatus.NOT_FOUND_404, message);
      case BUSY -> busy(message);
      case LATE -> Answer.error(HttpStatus.GATEWAY_TIMEOUT_504, message);
      case UNAVAILABLE ->
          Answer.error(HttpStatus.SERVICE_UNAVAILABLE_503, message).with("Retry-After", "1");
    };
  }

  private static Answer busy(String message) {
    return Answer.error(HttpStatus.TOO_MANY_REQUESTS_429, message).with("Retry-After", "1");
  }

  private Answer route(Call call) {
    String path = call.path();
    if (FILES.containsKey(path)) {
      require(call, GET);
      return file(FILES.get(path));
    }
    return switch (path) {
      case "/healthz" -> plain(call, "ok\n");
      case "/readyz" -> {
        if (models.stream().anyMatch(model -> model.versions().isEmpty())) {
          throw new HttpProblem(HttpStatus.SERVICE_UNAVAILABLE_503, "not all models are loaded");
        }
        yield plain(call, "ready\n");
      }
      case "/metrics" -> {
        require(call, GET);
        yield metrics.answer();
      }
      case "/v1/models" -> {
        require(call, GET);
        yield ModelApi.list(models, mostRows);
      }
      case "/v1/images" -> {
        require(call, GET);
        yield images.images(call, model(Optional.ofNullable(call.query().get("model"))));
      }
      default -> ofModel(call);
    };
  }

  private Answer ofModel(Call call) {
    Matcher path = MODEL.matcher(call.path());
    if (!path.matches()) {
      throw HttpProblem.notFound("there is nothing at " + call.path());
    }
    ServedModel model = model(Optional.of(path.group("name")));
    Optional<Long> version = Optional.ofNullable(path.group("version")).map(Long::valueOf);
    Optional<String> label = Optional.ofNullable(path.group("label"));
    if (path.group("verb") != null) {
      if (!path.group("verb").equals("predict")) {
        throw HttpProblem.notFound(
            "a model of images has no :" + path.group("verb") + "; it has :predict");
      }
      require(call, POST);
      String body = call.body();
      return model.with(version, label, one -> predict.predict(one, body));
    }
    require(call, GET);
    if (path.group("part") == null) {
      return ModelApi.status(model, version, label);
    }
    return model.with(
        version,
        label,
        one ->
            switch (path.group("part")) {
              case "metadata" -> ModelApi.metadata(model.name(), one);
              case "card" -> ModelApi.card(one);
              default -> ModelApi.training(one);
            });
  }

  private ServedModel model(Optional<String> name) {
    if (name.isEmpty()) {
      return models.get(0);
    }
    return models.stream()
        .filter(model -> model.name().equals(name.get()))
        .findFirst()
        .orElseThrow(
            () ->
                HttpProblem.notFound(
                    "there is no model '"
                        + name.get()
                        + "'; there are "
                        + String.join(", ", models.stream().map(ServedModel::name).toList())));
  }

  private static Answer plain(Call call, String text) {
    require(call, GET);
    return Answer.text("text/plain;charset=utf-8", text);
  }

  private static void require(Call call, String method) {
    Set<String> methods = method.equals(GET) ? Set.of(GET, HEAD) : Set.of(method);
    if (!methods.contains(call.method())) {
      throw new HttpProblem(
          HttpStatus.METHOD_NOT_ALLOWED_405, call.path() + " takes " + method + " only");
    }
  }

  private static Answer file(String name) {
    try (InputStream in = Routes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from this build");
      }
      String ending = name.substring(name.indexOf('.') + 1);
      return Answer.of(String.valueOf(TYPES.get(ending)), in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
