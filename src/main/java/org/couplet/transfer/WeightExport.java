package org.couplet.transfer;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.bundle.CheckpointReader;
import org.couplet.config.ElementShape;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.NetworkConfig;
import org.couplet.contract.Contract;
import org.couplet.foreign.ForeignWeights;
import org.couplet.foreign.SafetensorsWriter;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Version;
import org.couplet.report.Json;
import org.tensorflow.ndarray.Shape;

/**
 * A run's weights as safetensors, so that EDM's and ECT's code loads them: their names and layouts,
 * the buffers that their modules have, and what to make the network with.
 */
public final class WeightExport {
  private static final String PREFIX = "model.";
  private static final Map<String, String> CLASSES =
      Map.of("song_unet", "SongUNet", "adm_unet", "DhariwalUNet");
  // What EDM's code has as a constant and so is no argument of it.
  private static final Map<String, Object> FIXED = Map.of("channels_per_head", 64);

  // Modules of EDM's that resample, by one of their weights; the skip of a block has no weight in
  // some networks.
  private static final Pattern RESAMPLING =
      Pattern.compile("(.*_(?:down|up)/)conv0/weight|(.*_aux_residual/)weight");

  private final Experiment experiment;
  private final String scope;
  private final Message network;
  private final String type;
  // Names in the checkpoint by names in the file, and the buffers' values.
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, Shape> weights;
  private final Map<String, float[]> buffers = new HashMap<>();

  /**
   * @param online whether the weights in training are wanted; else their average
   * @throws InvalidInputException if EDM's code has no such network
   */
  public WeightExport(Experiment experiment, boolean online) {
    this.experiment = experiment;
    this.scope = online ? "" : Contract.EMA_PREFIX;
    NetworkConfig config = experiment.getNetwork();
    FieldDescriptor chosen =
        Objects.requireNonNull(
            config.getOneofFieldDescriptor(NetworkConfig.getDescriptor().getRealOneofs().get(0)));
    String found = CLASSES.get(chosen.getName());
    if (found == null) {
      throw new InvalidInputException(
          "safetensors: the network "
              + chosen.getName()
              + " is none of EDM's; export a SavedModel: name a folder as --output, without --format");
    }
    network = (Message) config.getField(chosen);
    type = found;
    weights = WeightMap.weights(TrainingAssembly.variables(experiment));
  }

  /**
   * Writes the file.
   *
   * @param checkpoint prefix of a checkpoint of the run
   */
  public void write(Path checkpoint, Path file) throws IOException {
    Map<String, long[]> shapes = shapes();
    try (CheckpointReader reader = CheckpointReader.open(checkpoint)) {
      SafetensorsWriter.write(
          file,
          shapes,
          metadata(),
          name -> {
            float[] buffer = buffers.get(name);
            return buffer != null
                ? buffer
                : values(reader, Objects.requireNonNull(names.get(name)));
          });
    }
  }

  private float[] values(CheckpointReader reader, String name) throws IOException {
    Shape shape = Objects.requireNonNull(weights.get(name));
    return Layout.toForeign(reader.floats(scope + name, shape.size()), shape);
  }

  private Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    List<Double> taps = ResampleFilter.of(experiment);
    weights.forEach(
        (name, shape) -> {
          names.put(PREFIX + Layout.foreign(name), name);
          shapes.put(PREFIX + Layout.foreign(name), Layout.foreign(shape));
          for (String module : resampling(name)) {
            String buffer = PREFIX + Layout.foreign(module + "resample_filter");
            buffers.put(buffer, ResampleFilter.buffer(taps));
            shapes.put(buffer, new long[] {1, 1, taps.size(), taps.size()});
          }
        });
    return shapes;
  }

  private static List<String> resampling(String weight) {
    Matcher module = RESAMPLING.matcher(weight);
    if (!module.matches()) {
      return List.of();
    }
    return module.group(1) == null
        ? List.of(module.group(2))
        : List.of(module.group(1) + "conv0/", module.group(1) + "skip/");
  }

  private Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put("name", experiment.getName());
    metadata.put("weights", scope.isEmpty() ? "online" : "ema");
    metadata.put("written_by", Version.describe());
    metadata.put(
        ForeignWeights.CLASS_NAME,
        "training.networks." + (experiment.hasScore() ? "EDMPrecond" : "ECMPrecond"));
    metadata.put(ForeignWeights.ARGUMENTS, Json.GSON.toJson(arguments()));
    if (experiment.hasConsistency()) {
      metadata.put(ForeignWeights.BOUNDARY, ForeignWeights.AT_SIGMA_MIN);
      metadata.put(
          "process",
          experiment
              .getConsistency()
              .getProcess()
              .getProcessCase()
              .name()
              .toLowerCase(Locale.ROOT));
    }
    return metadata;
  }

  // Of the preconditioner, which passes most of them on to its network.
  private Map<String, Object> arguments() {
    Map<String, Object> arguments = new LinkedHashMap<>();
    Shape image = ElementShape.of(experiment.getDataset());
    arguments.put("img_resolution", image.get(0));
    arguments.put("img_channels", image.get(2));
    arguments.put("label_dim", ofNetwork("label_dim"));
    arguments.put("label_dropout", ofNetwork("label_dropout"));
    Message objective = experiment.hasScore() ? experiment.getScore() : experiment.getConsistency();
    for (String name : List.of("sigma_min", "sigma_max", "sigma_data")) {
      arguments.put(
          name, objective.getField(objective.getDescriptorForType().findFieldByName(name)));
    }
    arguments.put("model_type", type);
    for (FieldDescriptor field : network.getDescriptorForType().getFields()) {
      // Also a list that is empty: the defaults of EDM's code are others.
      add(arguments, field, network.getField(field));
    }
    return arguments;
  }

  private Object ofNetwork(String name) {
    return experiment.getNetwork().getField(NetworkConfig.getDescriptor().findFieldByName(name));
  }

  private static void add(Map<String, Object> arguments, FieldDescriptor field, Object value) {
    if (value instanceof EnumValueDescriptor choice) {
      arguments.put(field.getName() + "_type", choice.getName().toLowerCase(Locale.ROOT));
    } else if (value instanceof List<?> list && isOfAllLevels(field) && same(list)) {
      arguments.put(field.getName(), list.get(0));
    } else if (!value.equals(FIXED.get(field.getName()))) {
      arguments.put(field.getName(), value);
    }
  }

  // EDM's code takes one number for all levels.
  private static boolean isOfAllLevels(FieldDescriptor field) {
    return field.getName().equals("num_blocks") || field.getName().equals("dropout");
  }

  private static boolean same(List<?> list) {
    return list.stream().distinct().count() == 1;
  }

  /** What a user should know: where EDM's code has not what the run has. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (Map.Entry<FieldDescriptor, Object> field : network.getAllFields().entrySet()) {
      if (isOfAllLevels(field.getKey()) && !same((List<?>) field.getValue())) {
        notes.add(
            "EDM's code takes one %s for all levels, this network has %s"
                .formatted(field.getKey().getName(), field.getValue()));
      }
    }
    FIXED.forEach(
        (name, value) -> {
          FieldDescriptor field = network.getDescriptorForType().findFieldByName(name);
          if (field != null && !network.getField(field).equals(value)) {
            notes.add(
                "EDM's code has %s %s, this network has %s"
                    .formatted(name, value, network.getField(field)));
          }
        });
    if (experiment.getConsistency().getProcess().hasBridge()) {
      notes.add("EDM's and ECT's code has no bridge: their preconditioning is another one");
    }
    return notes;
  }
}
