package org.couplet.assembly;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.contract.Contract;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.model.Model;
import org.couplet.model.ModelFactory;
import org.couplet.savedmodel.SavedModelFile;
import org.couplet.savedmodel.Signatures;
import org.couplet.savedmodel.Variables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;

/** Builds the inference-only SavedModel: one set of weights and what makes samples of it. */
public final class InferenceAssembly {
  private InferenceAssembly() {}

  /**
   * Writes the model without its weights; {@code SamplingProgram.loadAverages} adds them.
   *
   * @param experiment resolved
   * @param runtime how the network is computed: its precision, and what XLA compiles
   * @param png whether images also come out as PNG files
   * @param folder must not exist yet
   */
  public static void write(Experiment experiment, RuntimeConfig runtime, boolean png, Path folder)
      throws IOException {
    Model model = ModelFactory.create(experiment.toBuilder().setRuntime(runtime).build());
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf);
      List<Weight> described = model.network().weights();
      List<Operand<TFloat32>> values = new ArrayList<>();
      for (Weight weight : described) {
        variables.addFloat(weight.name(), weight.shape());
        values.add(variables.readFloat(weight.name()));
      }
      Weights weights = Weights.of(described, values);
      SaverDef saver = variables.addSaver();
      variables.addImport(Contract.IMPORT_SCOPE, averages(described));
      Signatures signatures = new Signatures();
      SamplingSignatures sampling =
          new SamplingSignatures(tf, model, model.function(), png, signatures);
      sampling.addCommon();
      sampling.addFor(weights, UnaryOperator.identity());
      sampling.addServingDefault(weights);
      sampling.addSample(weights);
      SavedModelFile.write(folder, Contract.SERVE_TAG, graph, saver, signatures, experiment);
    }
  }

  private static Map<String, String> averages(List<Weight> weights) {
    Map<String, String> keys = new LinkedHashMap<>();
    weights.forEach(weight -> keys.put(weight.name(), Contract.EMA_PREFIX + weight.name()));
    return keys;
  }
}
