package org.couplet.serve;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.couplet.io.FileFailure;
import org.couplet.report.Json;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;

/** A JSON object for each request, a line each. */
final class AccessLog implements RequestLog, AutoCloseable {
  private final Path file;
  private final BufferedWriter out;

  AccessLog(Path file) throws IOException {
    this.file = file;
    out =
        FileFailure.opening(
            file,
            () ->
                Files.newBufferedWriter(
                    file,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND));
  }

  @Override
  public void log(Request request, Response response) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", Instant.ofEpochMilli(Request.getTimeStamp(request)).toString());
    line.put("client", Request.getRemoteAddr(request));
    line.put("method", request.getMethod());
    line.put("path", request.getHttpURI().getPathQuery());
    line.put("status", response.getStatus());
    line.put("bytes", Response.getContentBytesWritten(response));
    line.put("milliseconds", (System.nanoTime() - request.getBeginNanoTime()) / 1_000_000);
    write(Json.GSON.toJson(line));
  }

  private synchronized void write(String line) {
    try {
      FileFailure.writing(
          file,
          () -> {
            out.write(line);
            out.newLine();
            out.flush();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    FileFailure.writing(file, out::close);
  }
}
