package org.couplet.program;

import static org.couplet.contract.Contract.IMAGES;
import static org.couplet.contract.Contract.NOISE;
import static org.couplet.contract.Contract.POINTS;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.couplet.contract.Signature;
import org.couplet.loading.SavedModelGraph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SignatureDef;

/**
 * What the samples of a model are, as its file says without being loaded; see {@link
 * SamplingProgram}.
 *
 * @param element shape of a sample: [height, width, channels] or [2]
 * @param images whether samples are images
 * @param followsFlow whether it is a score model
 */
public record SampleForm(Shape element, boolean images, boolean followsFlow) {
  /**
   * Reads it; empty if the SavedModel does not say.
   *
   * @param tag of the SavedModel's graph
   * @throws org.couplet.io.InvalidInputException if there is no such SavedModel, or a damaged one
   */
  public static Optional<SampleForm> read(Path folder, String tag) {
    Map<String, SignatureDef> signatures = SavedModelGraph.read(folder, tag).getSignatureDefMap();
    boolean flow = signatures.containsKey(Signature.HEUN.name());
    SignatureDef one = signatures.get((flow ? Signature.HEUN : Signature.GENERATE).name());
    String input = flow ? POINTS : NOISE;
    if (one == null || !one.containsInputs(input)) {
      return Optional.empty();
    }
    long[] sizes =
        one.getInputsOrThrow(input).getTensorShape().getDimList().stream()
            .skip(1) // rows
            .mapToLong(size -> size.getSize())
            .toArray();
    boolean images = one.containsOutputs(IMAGES);
    return sizes.length == (images ? 3 : 1) && Arrays.stream(sizes).allMatch(size -> size > 0)
        ? Optional.of(new SampleForm(Shape.of(sizes), images, flow))
        : Optional.empty();
  }
}
