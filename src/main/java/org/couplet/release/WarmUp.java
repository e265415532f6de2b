package org.couplet.release;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.io.AtomicFile;
import org.couplet.release.proto.ModelSpec;
import org.couplet.release.proto.PredictLog;
import org.couplet.release.proto.PredictRequest;
import org.couplet.release.proto.PredictionLog;
import org.couplet.report.TfRecord;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The requests that TensorFlow Serving sends to a model before others may: without them the first
 * caller waits for what TensorFlow does at a first call.
 */
final class WarmUp {
  /** Where TensorFlow Serving looks for them. */
  static final String FILE = "tf_serving_warmup_requests";

  private WarmUp() {}

  /**
   * Writes one request to {@code serving_default} and one to {@code sample}.
   *
   * @param folder of the SavedModel
   */
  static void write(Path folder, ModelFacts facts) throws IOException {
    List<PredictRequest> requests = List.of(servingDefault(facts), sample(facts));
    AtomicFile.write(
        folder.resolve(Contract.EXTRA_FOLDER).resolve(FILE),
        out -> {
          for (PredictRequest request : requests) {
            PredictionLog log =
                PredictionLog.newBuilder()
                    .setPredictLog(PredictLog.newBuilder().setRequest(request))
                    .build();
            TfRecord.write(out, log.toByteArray());
          }
        });
  }

  private static PredictRequest servingDefault(ModelFacts facts) {
    long[] row =
        LongStream.concat(LongStream.of(1), facts.element().stream().mapToLong(size -> size))
            .toArray();
    return facts.experiment().hasScore()
        ? request(
            facts,
            Signature.SERVING_DENOISER,
            Map.of(
                Contract.POINTS, floats(0, row),
                Contract.SIGMA, floats((float) facts.sigmaMax(), 1)))
        : request(facts, Signature.SERVING_DEFAULT, Map.of(Contract.NOISE, floats(0, row)));
  }

  private static PredictRequest sample(ModelFacts facts) {
    return request(
        facts,
        Signature.SAMPLE,
        Map.of(
            Contract.SEED, integer(0),
            Contract.COUNT, integer(1),
            Contract.SIGMAS, floats((float) facts.sigmaMax(), 1)));
  }

  private static PredictRequest request(
      ModelFacts facts, Signature signature, Map<String, ByteString> inputs) {
    return PredictRequest.newBuilder()
        .setModelSpec(
            ModelSpec.newBuilder().setName(facts.name()).setSignatureName(signature.name()))
        .putAllInputs(inputs)
        .putAllInputs(facts.takesLabels() ? Map.of(Contract.LABELS, label()) : Map.of())
        .build();
  }

  // One value stands for all of a tensor.
  private static ByteString floats(float value, long... shape) {
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    for (long size : shape) {
      sizes.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(sizes)
        .addFloatVal(value)
        .build()
        .toByteString();
  }

  private static ByteString label() {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_INT32)
        .setTensorShape(
            TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
        .addIntVal(0)
        .build()
        .toByteString();
  }

  private static ByteString integer(long value) {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_INT64)
        .setTensorShape(TensorShapeProto.getDefaultInstance())
        .addInt64Val(value)
        .build()
        .toByteString();
  }
}
