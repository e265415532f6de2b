package org.couplet.program;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;

/**
 * When one operation of a step ran.
 *
 * @param name in the graph, after TensorFlow's own rewriting
 * @param type such as {@code Conv2D}
 * @param device that ran it; on GPUs also each of its streams
 * @param thread that ran it or, on GPUs, started it
 * @param startMicros microseconds since the epoch
 * @param micros microseconds that it took; its work may spread over more threads
 */
public record TracedOperation(
    String name, String type, String device, int thread, double startMicros, double micros) {
  // TensorFlow's label is "name = Type(inputs)"; that of a GPU's kernel "name:Type".
  private static final Pattern TYPE = Pattern.compile(" = (\\w+)\\(|:(\\w+)$");

  static List<TracedOperation> of(StepStats stats) {
    return stats.getDevStatsList().stream()
        .flatMap(
            device -> device.getNodeStatsList().stream().map(node -> of(device.getDevice(), node)))
        .toList();
  }

  private static TracedOperation of(String device, NodeExecStats node) {
    Matcher matcher = TYPE.matcher(node.getTimelineLabel());
    boolean known = matcher.find();
    String type =
        known && matcher.group(1) != null
            ? matcher.group(1)
            : known ? matcher.group(2) : node.getNodeName();
    // Older kinds of traces have no nanoseconds.
    boolean fine = node.getAllStartNanos() > 0;
    return new TracedOperation(
        node.getNodeName(),
        type,
        device,
        node.getThreadId(),
        fine ? node.getAllStartNanos() / 1e3 : node.getAllStartMicros(),
        fine ? node.getAllEndRelNanos() / 1e3 : node.getAllEndRelMicros());
  }
}
