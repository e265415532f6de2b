package org.couplet.serving;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SamplingProgram;
import org.couplet.program.SamplingProgram.Start;
import org.couplet.program.ServableModel;
import org.couplet.sampling.NoiseWalk;
import org.couplet.sampling.SampleLevels;
import org.tensorflow.Result;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.family.TType;

/** One version of a model, loaded. It is unloaded once it is retired and no call uses it. */
public final class ServedVersion {
  private final long number;
  private final Path folder;
  private final ServableModel model;
  private final Batcher batcher;
  // Guarded by this.
  private int users;
  private boolean retired;

  private ServedVersion(long number, Path folder, ServableModel model, Batcher batcher) {
    this.number = number;
    this.folder = folder;
    this.model = model;
    this.batcher = batcher;
  }

  /**
   * Loads a version and calls it once, so that no client waits for what a first call takes.
   *
   * @param batches is told the rows of each batch
   */
  static ServedVersion load(
      long number, Path folder, ServingLimits limits, Consumer<Integer> batches) {
    ServableModel model = ServableModel.load(folder, 0);
    try {
      SamplingProgram sampler = model.sampler();
      sampler.samples(0, 0, 1, SampleLevels.of(sampler)).close();
      Batcher batcher = new Batcher("couplet-model-" + number, limits, batches);
      return new ServedVersion(number, folder, model, batcher);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Its number. */
  public long number() {
    return number;
  }

  /** Where it was loaded from. */
  public Path folder() {
    return folder;
  }

  /** Its signatures, by name. */
  public Map<String, SignatureDef> signatures() {
    return new TreeMap<>(model.signatures());
  }

  /** What draws its samples. */
  public SamplingProgram sampler() {
    return model.sampler();
  }

  int waitingRows() {
    return batcher.waitingRows();
  }

  /**
   * Draws images.
   *
   * @return uint8 [count, height, width, channels]
   * @throws Refusal if it can't be done now or in time
   */
  public HostTensor images(ImageRequest request) {
    Object kind = List.of("images", request.sigmas(), request.guidance());
    List<HostTensor> parts = new ArrayList<>();
    long due = batcher.due();
    for (Rows rows : parts(request)) {
      parts.add(
          batcher.call(
              kind, rows.count(), rows, (all, wanted) -> images(all, request, wanted), due));
    }
    return HostTensor.joined(parts);
  }

  /**
   * What the signature {@code sample} makes, but in parts, and it ends once it is late. Not joined
   * with other calls, so that all bits are those of the signature.
   *
   * @param outputs names of those that are wanted
   * @return the outputs by name, in this order
   * @throws Refusal if it can't be done now or in time
   */
  public Map<String, HostTensor> samples(ImageRequest request, List<String> outputs) {
    Map<String, List<HostTensor>> parts = new LinkedHashMap<>();
    long due = batcher.due();
    for (Rows rows : parts(request)) {
      List<HostTensor> part =
          batcher.callAlone(
              rows.count(),
              rows,
              (alone, wanted) -> List.of(drawn(alone, request, outputs, wanted)),
              due);
      for (int i = 0; i < outputs.size(); i++) {
        parts.computeIfAbsent(outputs.get(i), output -> new ArrayList<>()).add(part.get(i));
      }
    }
    Map<String, HostTensor> whole = new LinkedHashMap<>();
    parts.forEach((output, values) -> whole.put(output, HostTensor.joined(values)));
    return whole;
  }

  private record Rows(Start start, int count) {}

  private List<Rows> parts(ImageRequest request) {
    List<Rows> parts = new ArrayList<>();
    for (int first = 0; first < request.count(); first += Contract.SAMPLES_AT_ONCE) {
      int count = Math.min(Contract.SAMPLES_AT_ONCE, request.count() - first);
      parts.add(new Rows(start(request, first, count), count));
    }
    return parts;
  }

  private List<HostTensor> images(List<Rows> rows, ImageRequest request, Runnable wanted) {
    HostTensor images = drawn(rows, request, List.of(Contract.IMAGES), wanted).get(0);
    return split(images, rows.stream().map(Rows::count).toList());
  }

  // All with the levels and the guidance of this request.
  private List<HostTensor> drawn(
      List<Rows> rows, ImageRequest request, List<String> outputs, Runnable wanted) {
    SamplingProgram sampler = request.guidance().map(sampler()::guided).orElse(sampler());
    Start start = new JoinedStart(rows.stream().map(Rows::start).toList(), wanted);
    int count = rows.stream().mapToInt(Rows::count).sum();
    List<TType> drawn = sampler.outputs(start, count, request.sigmas(), outputs);
    try {
      return drawn.stream().map(HostTensor::of).toList();
    } finally {
      drawn.forEach(TType::close);
    }
  }

  private Start start(ImageRequest request, int first, int count) {
    SamplingProgram sampler =
        request.classes().isPresent() ? sampler().with(request.classes().get()) : sampler();
    if (request.walk().isEmpty()) {
      return sampler.start(request.seed(), first, count);
    }
    ImageRequest.Walk walk = request.walk().get();
    return new NoiseWalk(
        sampler.start(request.seed(), first, count),
        sampler.start(walk.to(), first, count),
        new double[] {walk.at()});
  }

  /**
   * Calls a signature. Calls whose inputs and outputs all have rows are joined.
   *
   * @param inputs all of its inputs
   * @param outputs names of those that are wanted
   * @return the outputs by name, in this order
   * @throws Refusal if it can't be done now or in time
   * @throws InvalidInputException if TensorFlow can't compute them from these inputs
   */
  public Map<String, HostTensor> call(
      String signature, Map<String, HostTensor> inputs, List<String> outputs) {
    SignatureDef definition = Objects.requireNonNull(model.signatures().get(signature));
    int rows = InputRows.most(inputs);
    if (!hasRows(definition, outputs) || !haveRows(inputs, rows)) {
      return batcher.callAlone(
          rows,
          inputs,
          (alone, wanted) -> List.of(run(signature, alone.get(0), outputs)),
          batcher.due());
    }
    // Rows of one kind have the same sizes.
    List<Object> kind = new ArrayList<>(List.of(signature, outputs));
    for (Map.Entry<String, HostTensor> input : new TreeMap<>(inputs).entrySet()) {
      long[] shape = input.getValue().shape();
      kind.add(input.getKey() + Arrays.toString(Arrays.copyOfRange(shape, 1, shape.length)));
    }
    return batcher.call(
        kind, rows, inputs, (all, wanted) -> runJoined(signature, all, outputs), batcher.due());
  }

  private List<Map<String, HostTensor>> runJoined(
      String signature, List<Map<String, HostTensor>> calls, List<String> outputs) {
    Map<String, HostTensor> together = new LinkedHashMap<>();
    for (String input : calls.get(0).keySet()) {
      together.put(input, HostTensor.joined(calls.stream().map(one -> one.get(input)).toList()));
    }
    List<Integer> counts = calls.stream().map(InputRows::most).toList();
    List<Map<String, HostTensor>> results = new ArrayList<>();
    calls.forEach(one -> results.add(new LinkedHashMap<>()));
    run(signature, together, outputs)
        .forEach(
            (output, values) -> {
              List<HostTensor> parts = split(values, counts);
              for (int i = 0; i < parts.size(); i++) {
                results.get(i).put(output, parts.get(i));
              }
            });
    return results;
  }

  private Map<String, HostTensor> run(
      String signature, Map<String, HostTensor> inputs, List<String> outputs) {
    Map<String, TType> tensors = new LinkedHashMap<>();
    try {
      inputs.forEach((name, values) -> tensors.put(name, values.tensor()));
      try (Result result = model.call(signature, tensors, outputs)) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
          values.put(outputs.get(i), HostTensor.of(result.get(i)));
        }
        return values;
      }
    } finally {
      tensors.values().forEach(TType::close);
    }
  }

  private static List<HostTensor> split(HostTensor all, List<Integer> counts) {
    if (counts.size() == 1) {
      return List.of(all);
    }
    List<HostTensor> parts = new ArrayList<>();
    int first = 0;
    for (int count : counts) {
      parts.add(all.part(first, count));
      first += count;
    }
    return parts;
  }

  private static boolean hasRows(SignatureDef definition, List<String> outputs) {
    return outputs.stream().allMatch(output -> hasRows(definition.getOutputsOrThrow(output)));
  }

  private static boolean hasRows(TensorInfo tensor) {
    TensorShapeProto shape = tensor.getTensorShape();
    return !shape.getUnknownRank() && shape.getDimCount() > 0 && shape.getDim(0).getSize() < 0;
  }

  private static boolean haveRows(Map<String, HostTensor> inputs, int rows) {
    return !inputs.isEmpty()
        && inputs.values().stream().allMatch(one -> !one.isScalar() && one.rows() == rows);
  }

  /** Begins to use it; false if it is being unloaded. */
  synchronized boolean lease() {
    if (retired) {
      return false;
    }
    users++;
    return true;
  }

  /** Ends a use. */
  synchronized void release() {
    users--;
    notifyAll();
  }

  /** Takes no new calls, waits for those under way, and unloads. */
  void retire() {
    synchronized (this) {
      retired = true;
      boolean interrupted = false;
      while (users > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    batcher.close();
    model.close();
  }
}
