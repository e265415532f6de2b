package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricTest {
  @Test
  void everyMetricIsOffered() {
    Set<Class<?>> offered = Metric.all().stream().map(Metric::getClass).collect(Collectors.toSet());
    assertEquals(Set.copyOf(Arrays.asList(Metric.class.getPermittedSubclasses())), offered);
    assertEquals(offered.size(), Metric.all().stream().map(Metric::word).distinct().count());
  }

  @Test
  void metricsArePrintedInOneOrder() {
    assertEquals(
        List.of(new Fid(), new Kid()),
        List.copyOf(Metric.ordered(List.of(new Kid(), new Fid(), new Kid()))));
  }

  @Test
  void aWordNamesOneMetric() {
    Metric.all().forEach(metric -> assertEquals(metric, Metric.parse(metric.word())));
    assertThrows(IllegalArgumentException.class, () -> Metric.parse("is"));
  }
}
