package org.couplet.program;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;

/**
 * When one operation of a step ran. TensorFlow does not say on which thread.
 *
 * @param name in the graph, after TensorFlow's own rewriting
 * @param type such as {@code Conv2D}; of a function's call the function's name but for its sizes
 * @param device that ran it; on GPUs also each of its streams
 * @param startMicros microseconds since the step's first operation began
 * @param micros microseconds that it took; its work may spread over several threads
 */
public record TracedOperation(
    String name, String type, String device, double startMicros, double micros) {
  // TensorFlow's label is "name = Type(inputs)"; that of a GPU's kernel "name:Type".
  private static final Pattern TYPE = Pattern.compile("(?: = |:)(\\w+)(?:\\(|$)");

  static List<TracedOperation> of(StepStats stats) {
    long first =
        stats.getDevStatsList().stream()
            .flatMap(device -> device.getNodeStatsList().stream())
            .mapToLong(TracedOperation::startNanos)
            .min()
            .orElse(0);
    return stats.getDevStatsList().stream()
        .flatMap(
            device ->
                device.getNodeStatsList().stream().map(node -> of(device.getDevice(), node, first)))
        .toList();
  }

  private static TracedOperation of(String device, NodeExecStats node, long first) {
    Matcher type = TYPE.matcher(node.getTimelineLabel());
    double micros =
        node.getAllEndRelNanos() > 0 ? node.getAllEndRelNanos() / 1e3 : node.getAllEndRelMicros();
    return new TracedOperation(
        node.getNodeName(),
        type.find() ? type(type.group(1), node.getNodeName()) : node.getNodeName(),
        device,
        (startNanos(node) - first) / 1e3,
        micros);
  }

  // A call's node is named as its function, which ends with sizes and 11 characters of a hash.
  static String type(String type, String node) {
    return type.equals("PartitionedCall")
        ? node.substring(node.lastIndexOf('/') + 1)
            .replaceFirst("_\\w{11}(_\\d+)?$", "")
            .replaceFirst("_[0-9A-Z].*", "")
        : type;
  }

  // Some sources fill in microseconds only.
  private static long startNanos(NodeExecStats node) {
    return node.getAllStartNanos() > 0 ? node.getAllStartNanos() : 1000 * node.getAllStartMicros();
  }
}
