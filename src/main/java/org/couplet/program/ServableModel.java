package org.couplet.program;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.couplet.loading.LoadedModel;
import org.couplet.loading.SavedModelGraph;
import org.tensorflow.Result;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.family.TType;

/** An export that others call: any of its signatures, by name. Threads may share it. */
public final class ServableModel implements AutoCloseable {
  private final LoadedModel model;
  private final Map<String, SignatureDef> signatures;
  private final SamplingProgram sampler;

  private ServableModel(LoadedModel model, Map<String, SignatureDef> signatures) {
    this.model = model;
    this.signatures = signatures;
    this.sampler = SamplingProgram.sharing(model, false);
  }

  /**
   * Loads an export.
   *
   * @param threads of one operation; 0: all cores
   * @throws InvalidInputException if it is none, or damaged
   */
  public static ServableModel load(Path folder, int threads) {
    Map<String, SignatureDef> signatures =
        SavedModelGraph.read(folder, Contract.SERVE_TAG).getSignatureDefMap();
    LoadedModel model = LoadedModel.load(folder, threads);
    try {
      SamplingProgram.check(model, false);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new ServableModel(model, signatures);
  }

  /** All signatures, by name. */
  public Map<String, SignatureDef> signatures() {
    return signatures;
  }

  /** Draws samples; closed with this. */
  public SamplingProgram sampler() {
    return sampler;
  }

  /**
   * Calls a signature.
   *
   * @param signature its name, which {@link #signatures} has
   * @param inputs all of its inputs; they stay the caller's
   * @param outputs names of those that are wanted
   * @return the outputs in this order; the caller closes it
   * @throws InvalidInputException if TensorFlow can't compute them from these inputs
   */
  public Result call(String signature, Map<String, TType> inputs, List<String> outputs) {
    try {
      return model.tried(Signature.named(signature), inputs, outputs);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      // TensorFlow's errors are among them.
      throw new InvalidInputException(
          "the signature '%s' can't be computed from these inputs: %s"
              .formatted(signature, ErrorSummary.of(e)),
          e);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
