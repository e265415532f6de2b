package org.couplet.serve;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.couplet.serving.ServedModel;

/** What models and server count, for Prometheus; made before both. */
public final class ServerMetrics {
  private static final double[] SECONDS = {
    0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60
  };
  private static final double[] ROWS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("couplet_requests_total")
          .help("Requests, by kind and HTTP status.")
          .labelNames("kind", "status")
          .register(registry);
  private final Histogram seconds =
      Histogram.builder()
          .name("couplet_request_seconds")
          .help("Time from a request's arrival to its answer, by kind.")
          .labelNames("kind")
          .classicOnly()
          .classicUpperBounds(SECONDS)
          .register(registry);
  private final Histogram batchRows =
      Histogram.builder()
          .name("couplet_batch_rows")
          .help("Rows that were computed together, by model.")
          .labelNames("model")
          .classicOnly()
          .classicUpperBounds(ROWS)
          .register(registry);

  void request(String kind, int status, double took) {
    requests.labelValues(kind, Integer.toString(status)).inc();
    seconds.labelValues(kind).observe(took);
  }

  /** A batch of a model was computed. */
  public void batch(String model, int rows) {
    batchRows.labelValues(model).observe(rows);
  }

  /** Also tells how many rows wait. */
  void watch(List<ServedModel> models) {
    GaugeWithCallback.builder()
        .name("couplet_waiting_rows")
        .help("Rows that wait to be computed, by model.")
        .labelNames("model")
        .callback(gauge -> models.forEach(one -> gauge.call(one.waitingRows(), one.name())))
        .register(registry);
  }

  Answer answer() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    try {
      writer.write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Answer.of(writer.getContentType(), text.toByteArray());
  }
}
