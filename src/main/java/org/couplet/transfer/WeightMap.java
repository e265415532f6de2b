package org.couplet.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.couplet.contract.Contract;
import org.couplet.foreign.ForeignTensor;
import org.couplet.io.FileFailure;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.tensorflow.ndarray.Shape;

/**
 * Which foreign tensor is which weight. It follows the network's own list of weights, so it holds
 * for every network whose weights are named as EDM's.
 *
 * @param file for messages
 * @param tensors by the weight's name
 * @param leftOut a line for each kind of tensor that is no weight, with the reason
 */
record WeightMap(Path file, Map<String, ForeignTensor> tensors, List<String> leftOut) {
  private static final String FILTER = "resample_filter";
  private static final int MOST_NAMED = 5;

  /**
   * The weights among a program's variables: those that have an average.
   *
   * @param variables of the program, by name
   */
  static Map<String, Shape> weights(Map<String, Shape> variables) {
    Map<String, Shape> weights = new LinkedHashMap<>();
    variables.forEach(
        (name, shape) -> {
          if (variables.containsKey(Contract.EMA_PREFIX + name)) {
            weights.put(name, shape);
          }
        });
    return weights;
  }

  /**
   * Finds each weight, and the reason for each tensor that is none.
   *
   * @param prefix of the network's names in the file
   * @param filter taps of the network's resampling
   * @throws InvalidInputException if one is missing or of another shape, or a tensor of the network
   *     has no place
   */
  static WeightMap of(
      Path file,
      Map<String, Shape> weights,
      Map<String, ForeignTensor> foreign,
      String prefix,
      List<Double> filter) {
    Map<String, ForeignTensor> found = new LinkedHashMap<>();
    Set<String> unused = new LinkedHashSet<>(foreign.keySet());
    weights.forEach(
        (name, shape) -> {
          String foreignName = prefix + Layout.foreign(name);
          ForeignTensor tensor = foreign.get(foreignName);
          if (tensor == null) {
            throw refusal(file, "the tensor " + foreignName + " is missing");
          }
          long[] wanted = Layout.foreign(shape);
          if (!Arrays.equals(tensor.shape(), wanted)) {
            throw refusal(
                file,
                "the tensor %s is %s, not %s"
                    .formatted(
                        foreignName, Arrays.toString(tensor.shape()), Arrays.toString(wanted)));
          }
          requireFloating(file, foreignName, tensor);
          found.put(name, tensor);
          unused.remove(foreignName);
        });
    return new WeightMap(file, found, leftOut(file, unused, foreign, prefix, filter));
  }

  private static List<String> leftOut(
      Path file,
      Set<String> unused,
      Map<String, ForeignTensor> foreign,
      String prefix,
      List<Double> filter) {
    List<String> lines = new ArrayList<>();
    List<String> outside = new ArrayList<>();
    int filters = 0;
    for (String name : unused) {
      if (!name.startsWith(prefix)) {
        outside.add(name);
      } else if (name.endsWith("." + FILTER)) {
        filters++;
        if (!ResampleFilter.isOf(
            values(file, name, Objects.requireNonNull(foreign.get(name))), filter)) {
          throw refusal(file, "the tensor " + name + " is another filter than the network's");
        }
      } else if (name.equals(prefix + "map_augment.weight")) {
        lines.add(name + ": only used with augmentation, which sampling has not");
      } else {
        throw refusal(file, "the tensor " + name + " has no place in the network");
      }
    }
    if (filters > 0) {
      lines.add("%d buffers %s: the network has them as constants".formatted(filters, FILTER));
    }
    if (!outside.isEmpty()) {
      lines.add(
          "%d outside of the network: %s"
              .formatted(outside.size(), FirstNames.of(outside, MOST_NAMED)));
    }
    return lines;
  }

  /** A weight's values in Couplet's layout, all finite. */
  float[] values(String name, Shape shape) {
    float[] values =
        Layout.toOwn(values(file, name, Objects.requireNonNull(tensors.get(name))), shape);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InvalidInputException(
            "%s: the weight %s has values that are not finite; give weights of an earlier step"
                .formatted(file, name));
      }
    }
    return values;
  }

  /**
   * Checks the type of a tensor that is used.
   *
   * @throws InvalidInputException if it can't be a weight's
   */
  static void requireFloating(Path file, String name, ForeignTensor tensor) {
    if (!tensor.isFloating()) {
      throw new InvalidInputException(
          "%s: the tensor %s is of the type %s; save the weights as float32"
              .formatted(file, name, tensor.type()));
    }
  }

  static float[] values(Path file, String name, ForeignTensor tensor) {
    try {
      requireFloating(file, name, tensor);
      return tensor.values();
    } catch (IOException e) {
      throw new UncheckedIOException(FileFailure.of(FileFailure.Doing.READ, file, e));
    }
  }

  private static InvalidInputException refusal(Path file, String problem) {
    return new InvalidInputException(
        file + ": " + problem + "; give weights of a network that Couplet has");
  }
}
