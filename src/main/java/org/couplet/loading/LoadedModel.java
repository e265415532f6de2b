package org.couplet.loading;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.damage.CheckpointIndex;
import org.couplet.damage.SignatureCheck;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** A SavedModel in a session, called by the names of its signatures. */
public final class LoadedModel implements AutoCloseable {
  private final Path folder;
  private final Graph graph;
  private final Session session;
  private final MetaGraphDef metaGraph;
  private final SignatureCheck check;
  // What ran before: TensorFlow keeps what it prepared for the same inputs and outputs.
  private final Set<List<Object>> prepared = ConcurrentHashMap.newKeySet();

  // Whether runs may take part in collectives.
  private final boolean shared;

  private LoadedModel(
      Path folder, Graph graph, Session session, MetaGraphDef metaGraph, boolean shared) {
    this.folder = folder;
    this.graph = graph;
    this.session = session;
    this.metaGraph = metaGraph;
    this.check = new SignatureCheck(folder, graph);
    this.shared = shared;
  }

  /**
   * Loads the graph of a SavedModel without variable values into a session of the caller's, to run
   * in lockstep with other workers.
   *
   * @param gpu which of the process's GPUs it runs on, if there are any
   * @param sessions opens one
   */
  public static LoadedModel load(
      Path folder,
      String tag,
      int threads,
      int gpu,
      BiFunction<Graph, ConfigProto, Session> sessions) {
    MetaGraphDef metaGraph = SavedModelGraph.read(folder, tag);
    GraphDef.Builder placed = metaGraph.getGraphDef().toBuilder();
    placed.getNodeBuilderList().forEach(node -> node.setDevice("/device:GPU:" + gpu));
    Graph graph = new Graph();
    try {
      graph.importGraphDef(placed.build());
      // What a GPU can't do, and all of it where there is none, is done on the CPU.
      ConfigProto config =
          SavedModelGraph.session(threads).toBuilder().setAllowSoftPlacement(true).build();
      Session session = sessions.apply(graph, config);
      return new LoadedModel(folder, graph, session, metaGraph, true);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Loads a SavedModel.
   *
   * @param threads of one operation; 0: all cores
   */
  public static LoadedModel load(Path folder, String tag, int threads) {
    // What is wrong is found before TensorFlow says it.
    SavedModelGraph.read(folder, tag);
    CheckpointIndex.check(folder.resolve("variables").resolve("variables"));
    ConfigProto config = SavedModelGraph.session(threads);
    try {
      SavedModelBundle bundle =
          LiteralPath.ofFolder(
              folder,
              path ->
                  DeepStack.call(
                      () ->
                          SavedModelBundle.loader(path.toString())
                              .withTags(tag)
                              .withConfigProto(config)
                              .load()));
      return new LoadedModel(
          folder, bundle.graph(), bundle.session(), bundle.metaGraphDef(), false);
    } catch (TensorFlowException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | UnsupportedOperationException e) {
      // TensorFlow's errors have different parents.
      throw new InvalidInputException(
          folder
              + ": TensorFlow can't load this SavedModel with the tag '"
              + tag
              + "': "
              + ErrorSummary.of(e),
          e);
    }
  }

  /**
   * Loads a SavedModel to be served, with its weights.
   *
   * @param threads of one operation; 0: all cores
   */
  public static LoadedModel load(Path folder, int threads) {
    LoadedModel model = load(folder, Contract.SERVE_TAG, threads);
    Path index = CheckpointIndex.file(folder.resolve("variables").resolve("variables"));
    // TensorFlow loads a model whose variables are missing, and fails when it is first called.
    if (model.hasVariables() && !Files.isRegularFile(index)) {
      model.close();
      throw new InvalidInputException(
          index
              + ": no such file, so the SavedModel has no weights; export it again, or copy its"
              + " whole folder");
    }
    return model;
  }

  private boolean hasVariables() {
    return !metaGraph.getSaverDef().getRestoreOpName().isEmpty() && variableBytes() > 0;
  }

  /** Requires a signature with its inputs and outputs. */
  public void require(Signature signature) {
    SignatureDef definition = metaGraph.getSignatureDefMap().get(signature.name());
    if (definition == null) {
      throw new InvalidInputException(
          folder
              + ": the SavedModel has no signature '"
              + signature.name()
              + "' (it has "
              + String.join(", ", metaGraph.getSignatureDefMap().keySet())
              + "); give a SavedModel that has it");
    }
    for (String input : signature.inputs()) {
      if (!definition.containsInputs(input)) {
        throw refusal(signature, "has no input '" + input + "'");
      }
    }
    for (String output : signature.outputs()) {
      if (!definition.containsOutputs(output)) {
        throw refusal(signature, "has no output '" + output + "'");
      }
    }
    check.check(signature.name(), definition);
    for (String output : definition.getOutputsMap().keySet()) {
      boolean known = signature.outputs().contains(output) || signature.optional().contains(output);
      if (known && outputType(signature, output) != Contract.outputType(output)) {
        throw refusal(
            signature, "the output '" + output + "' is of type " + outputType(signature, output));
      }
    }
  }

  private InvalidInputException refusal(Signature signature, String problem) {
    return new InvalidInputException(
        folder
            + ": the signature '"
            + signature.name()
            + "': "
            + problem
            + "; build or export the SavedModel again");
  }

  /** Requires the operations that write and read the variables. */
  public void requireSaver() {
    check.check(metaGraph.getSaverDef());
  }

  public boolean has(Signature signature) {
    return metaGraph.containsSignatureDef(signature.name());
  }

  public boolean hasOutput(Signature signature, String output) {
    return has(signature) && signature(signature).containsOutputs(output);
  }

  /** Names of a signature's inputs. */
  public List<String> inputs(Signature signature) {
    return List.copyOf(signature(signature).getInputsMap().keySet());
  }

  /** Names of a signature's outputs. */
  public List<String> outputs(Signature signature) {
    return List.copyOf(signature(signature).getOutputsMap().keySet());
  }

  public DataType inputType(Signature signature, String input) {
    return signature(signature).getInputsOrThrow(input).getDtype();
  }

  public DataType outputType(Signature signature, String output) {
    return signature(signature).getOutputsOrThrow(output).getDtype();
  }

  /** The declared shape of an input; -1 where it is open. */
  public Shape inputShape(Signature signature, String input) {
    return SignatureCheck.shape(signature(signature).getInputsOrThrow(input));
  }

  /** The declared shape of an output; -1 where it is open. */
  public Shape outputShape(Signature signature, String output) {
    return SignatureCheck.shape(signature(signature).getOutputsOrThrow(output));
  }

  /**
   * Runs a signature; the caller closes the result, in the order of its outputs.
   *
   * @throws InvalidInputException if the graph does not work
   */
  public Result call(Signature signature, Map<String, TType> inputs) {
    return call(signature, inputs, signature.outputs());
  }

  /** The same for some of its outputs, in their order. */
  public Result call(Signature signature, Map<String, TType> inputs, List<String> outputs) {
    try {
      return tried(signature, inputs, outputs);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      // Some of TensorFlow's errors are among them.
      InvalidInputException refusal =
          refusal(signature, "TensorFlow can't run it: " + ErrorSummary.of(e));
      refusal.initCause(e);
      throw refusal;
    }
  }

  /** The same, with TensorFlow's own exceptions. */
  public Result tried(Signature signature, Map<String, TType> inputs, List<String> outputs) {
    Session.Runner runner = runner(signature, inputs, outputs);
    List<Object> key = List.of(signature.name(), Set.copyOf(inputs.keySet()), List.copyOf(outputs));
    if (prepared.contains(key)) {
      return runner.run();
    }
    Result result = DeepStack.call(runner::run);
    prepared.add(key);
    return result;
  }

  /** Runs a signature and reports when each operation ran; its results are dropped. */
  public StepStats trace(Signature signature, Map<String, TType> inputs) {
    RunOptions options =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    Session.Runner runner = runner(signature, inputs, signature.outputs()).setOptions(options);
    try (Result result = DeepStack.call(runner::runAndFetchMetadata)) {
      return result.getMetadata().orElseThrow().getStepStats();
    }
  }

  private Session.Runner runner(
      Signature signature, Map<String, TType> inputs, List<String> outputs) {
    SignatureDef definition = signature(signature);
    Session.Runner runner = session.runner();
    inputs.forEach(
        (name, tensor) -> runner.feed(definition.getInputsOrThrow(name).getName(), tensor));
    outputs.forEach(name -> runner.fetch(definition.getOutputsOrThrow(name).getName()));
    if (shared) {
      runner.setOptions(inLockstep(signature));
    }
    return runner;
  }

  // Workers' runs of a signature meet in their order; those of different ones may overlap.
  private static RunOptions inLockstep(Signature signature) {
    return RunOptions.newBuilder()
        .setExperimental(
            RunOptions.Experimental.newBuilder()
                .setCollectiveGraphKey(1 + Integer.toUnsignedLong(signature.name().hashCode())))
        .build();
  }

  /** Writes every variable as a TensorFlow checkpoint. */
  public void save(Path prefix) {
    SaverDef saver = metaGraph.getSaverDef();
    run(saver.getFilenameTensorName(), prefix, operation(saver.getSaveTensorName()));
  }

  /** Reads every variable from a TensorFlow checkpoint. */
  public void restore(Path prefix) {
    SaverDef saver = metaGraph.getSaverDef();
    restore(prefix, saver.getFilenameTensorName(), saver.getRestoreOpName());
  }

  /** Runs another restoring operation than the saver's. */
  public void restore(Path prefix, String fileTensor, String restoreOperation) {
    CheckpointIndex.check(prefix);
    try {
      run(fileTensor, prefix, restoreOperation);
    } catch (TensorFlowException | IllegalArgumentException e) {
      throw new InvalidInputException(
          prefix
              + ": this checkpoint is damaged or does not fit the program in "
              + folder
              + ": "
              + ErrorSummary.of(e),
          e);
    }
  }

  // Runs an operation that reads or writes a checkpoint.
  private void run(String fileTensor, Path prefix, String operation) {
    LiteralPath.ofPrefix(
        prefix,
        path -> {
          try (TString file = TString.scalarOf(path.toString())) {
            Session.Runner runner = session.runner().feed(fileTensor, file).addTarget(operation);
            DeepStack.call(runner::run).close();
          }
          return path;
        });
  }

  /** Bytes of all variables. */
  public long variableBytes() {
    return metaGraph.getGraphDef().getNodeList().stream()
        .filter(node -> node.getOp().equals("VarHandleOp"))
        .mapToLong(LoadedModel::bytes)
        .sum();
  }

  private static long bytes(NodeDef variable) {
    long values =
        variable.getAttrOrThrow("shape").getShape().getDimList().stream()
            .mapToLong(dim -> Math.max(1, dim.getSize()))
            .reduce(1, (one, other) -> one * other);
    return values
        * (variable.getAttrOrThrow("dtype").getType() == DataType.DT_INT64
            ? Long.BYTES
            : Float.BYTES);
  }

  public Path folder() {
    return folder;
  }

  private SignatureDef signature(Signature signature) {
    return metaGraph.getSignatureDefOrThrow(signature.name());
  }

  private static String operation(String tensor) {
    int colon = tensor.indexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
