package org.couplet.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.couplet.report.Json;

/** Chromium without a screen, as a phone shows pages, asked through its debugging protocol. */
final class Browser implements AutoCloseable {
  private static final String PROGRAM = "chromium";
  private static final long LONGEST_S = 60;
  private static final int WIDTH = 360;

  private final Process process;
  private final WebSocket socket;
  private final BlockingQueue<String> answers;
  private int calls;

  private Browser(Process process, WebSocket socket, BlockingQueue<String> answers) {
    this.process = process;
    this.socket = socket;
    this.answers = answers;
  }

  static boolean isThere() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(PROGRAM, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return process.waitFor(LONGEST_S, TimeUnit.SECONDS) && process.exitValue() == 0;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false; // There is no such program.
    }
  }

  /**
   * Opens a page.
   *
   * @param folder for the browser's own files
   */
  static Browser open(Path folder, URI page) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Process process =
        new ProcessBuilder(
                PROGRAM,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder,
                page.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Path port = folder.resolve("DevToolsActivePort");
    for (int i = 0; !Files.exists(port) || Files.size(port) == 0; i++) {
      if (i > 10 * LONGEST_S) {
        process.destroyForcibly();
        throw new IOException("Chromium does not start");
      }
      Thread.sleep(100);
    }
    HttpClient client = HttpClient.newHttpClient();
    URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(LONGEST_S))
            .buildAsync(URI.create(tab(client, list)), new Messages(answers))
            .join();
    Browser browser = new Browser(process, socket, answers);
    // A window itself can't be as narrow as that.
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", WIDTH, "height", 800, "deviceScaleFactor", 1, "mobile", true));
    return browser;
  }

  // Where the page's own tab is reached; it may not be there at once.
  private static String tab(HttpClient client, URI list) throws IOException, InterruptedException {
    for (int i = 0; i < 10 * LONGEST_S; i++) {
      HttpResponse<String> pages =
          client.send(
              HttpRequest.newBuilder(list).timeout(Duration.ofSeconds(LONGEST_S)).build(),
              HttpResponse.BodyHandlers.ofString());
      for (JsonElement one : Json.GSON.fromJson(pages.body(), JsonArray.class)) {
        JsonObject target = one.getAsJsonObject();
        if (target.has("webSocketDebuggerUrl") && target.get("type").getAsString().equals("page")) {
          return target.get("webSocketDebuggerUrl").getAsString();
        }
      }
      Thread.sleep(100);
    }
    throw new IOException("Chromium has no tab");
  }

  /** What an expression is on the page, as text. */
  String text(String expression) throws InterruptedException {
    JsonObject answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", "String((() => { " + returning(expression) + " })())"));
    // While another page opens there is no result.
    JsonObject result = answer.has("result") ? answer.getAsJsonObject("result") : answer;
    // Where there is no value, an exception is told instead: the page may not be there yet.
    return result.has("value") ? result.get("value").getAsString() : result.toString();
  }

  /** Goes to another page. */
  void go(URI page) throws InterruptedException {
    call("Page.navigate", Map.of("url", page.toString()));
  }

  private JsonObject call(String method, Map<String, Object> parameters)
      throws InterruptedException {
    int id = ++calls;
    Map<String, Object> call = Map.of("id", id, "method", method, "params", parameters);
    socket.sendText(Json.GSON.toJson(call), true).join();
    while (true) {
      String answer = answers.poll(LONGEST_S, TimeUnit.SECONDS);
      if (answer == null) {
        throw new IllegalStateException("no answer to " + method + " " + parameters);
      }
      JsonObject json = Json.GSON.fromJson(answer, JsonObject.class);
      if (json.has("id") && json.get("id").getAsInt() == id) {
        return json.has("result") ? json.getAsJsonObject("result") : json;
      }
    }
  }

  // The last of several statements is the value.
  private static String returning(String expression) {
    int last = expression.lastIndexOf(';') + 1;
    return expression.substring(0, last) + " return " + expression.substring(last).strip();
  }

  /** Waits until an expression is true on the page. */
  void waitFor(String expression) throws InterruptedException {
    for (int i = 0; !text(expression).equals("true"); i++) {
      if (i > 20 * LONGEST_S) {
        throw new IllegalStateException("never true: " + expression);
      }
      Thread.sleep(50);
    }
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    List<ProcessHandle> parts = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(LONGEST_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    parts.forEach(ProcessHandle::destroyForcibly);
  }

  /** Puts whole messages together. */
  private static final class Messages implements WebSocket.Listener {
    private final BlockingQueue<String> answers;
    private final StringBuilder part = new StringBuilder();

    Messages(BlockingQueue<String> answers) {
      this.answers = answers;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        answers.add(part.toString());
        part.setLength(0);
      }
      return WebSocket.Listener.super.onText(from, data, last);
    }
  }
}
