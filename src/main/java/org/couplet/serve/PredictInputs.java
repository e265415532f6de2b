package org.couplet.serve;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.couplet.contract.Contract;
import org.couplet.program.SamplingProgram;
import org.couplet.program.SamplingProgram.ClassChoice;
import org.couplet.serving.HostTensor;
import org.couplet.serving.ImageRequest;
import org.couplet.serving.InputRows;

/**
 * The inputs of a signature, checked before TensorFlow computes with them: it would take labels and
 * levels that no model has learnt.
 *
 * @param tensors by the names of the inputs, of their types
 * @param sampler of the model
 */
record PredictInputs(Map<String, HostTensor> tensors, SamplingProgram sampler) {
  private static final int NO_CLASS = -1;

  /**
   * Checks them.
   *
   * @param mostRows that a call may have
   */
  void check(int mostRows) {
    Map<String, Long> rows = InputRows.of(tensors);
    rows.forEach(
        (name, one) -> {
          if (one < 0 || one > mostRows) {
            throw HttpProblem.badRequest(
                name + ": " + one + " rows; a call may have from 0 to " + mostRows);
          }
        });
    if (new TreeSet<>(rows.values()).size() > 1) {
      List<String> each =
          rows.entrySet().stream().map(one -> one.getKey() + " " + one.getValue()).toList();
      throw HttpProblem.badRequest(
          "the inputs have different numbers of rows: " + String.join(", ", each));
    }
    checkLabels();
    checkSigma(Contract.SIGMA, (float) sampler.sigmaMin());
    checkSigma(Contract.NEXT, 0);
  }

  private void checkLabels() {
    if (!tensors.containsKey(Contract.LABELS)) {
      return;
    }
    int classes = sampler.classes().size();
    for (int label : labels()) {
      if (label < NO_CLASS || label >= classes) {
        throw HttpProblem.badRequest(
            "labels: %d is not a class; give numbers from 0 to %d, or %d for no class"
                .formatted(label, classes - 1, NO_CLASS));
      }
    }
  }

  private void checkSigma(String name, float least) {
    if (!tensors.containsKey(name)) {
      return;
    }
    // Its rank is open where it may be one for all rows.
    if (Objects.requireNonNull(tensors.get(name)).shape().length > 1) {
      throw HttpProblem.badRequest(name + ": give one noise level, or a list of one for each row");
    }
    for (double level : levels(name)) {
      if ((float) level < least) {
        throw HttpProblem.badRequest(
            name + ": " + level + " is below " + least + ", the lowest noise level");
      }
    }
  }

  /** Those of the signature {@code sample}. */
  ImageRequest sampleRequest() {
    int count = (int) input(Contract.COUNT).getLong();
    if (count == 0) {
      throw HttpProblem.badRequest("count: is 0; ask for at least one sample");
    }
    List<Double> sigmas = levels(Contract.SIGMAS);
    ImagesApi.checkLevels(sampler, sigmas);
    Optional<ClassChoice> classes = Optional.empty();
    if (tensors.containsKey(Contract.LABELS)) {
      int[] labels = labels();
      classes =
          Optional.of(
              (seed, first, rows) -> Arrays.copyOfRange(labels, (int) first, (int) first + rows));
    }
    return new ImageRequest(
        input(Contract.SEED).getLong(),
        Optional.empty(),
        count,
        sigmas.isEmpty() ? List.of(sampler.sigmaMax()) : sigmas,
        classes,
        Optional.empty());
  }

  private ByteBuffer input(String name) {
    return Objects.requireNonNull(tensors.get(name)).buffer();
  }

  private int[] labels() {
    ByteBuffer values = input(Contract.LABELS);
    int[] labels = new int[values.remaining() / Integer.BYTES];
    values.asIntBuffer().get(labels);
    return labels;
  }

  // Of float32, as the digits say that it was given in.
  private List<Double> levels(String name) {
    ByteBuffer values = input(name);
    List<Double> levels = new ArrayList<>();
    while (values.hasRemaining()) {
      levels.add(Double.parseDouble(Float.toString(values.getFloat())));
    }
    return levels;
  }
}
