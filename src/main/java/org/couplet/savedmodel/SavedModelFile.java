package org.couplet.savedmodel;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.io.AtomicFile;
import org.couplet.io.ContentHash;
import org.couplet.io.Version;
import org.tensorflow.Graph;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;

/**
 * Writes a graph as a SavedModel. In another process {@code saved_model.pb} may differ: TensorFlow
 * Java gives the nodes of functions no fixed order.
 */
public final class SavedModelFile {
  private SavedModelFile() {}

  /**
   * Fills {@code folder}, which must not exist yet, with a model that carries its experiment;
   * variables are not written.
   */
  public static void write(
      Path folder,
      String tag,
      Graph graph,
      SaverDef saver,
      Signatures signatures,
      Experiment experiment)
      throws IOException {
    write(folder, tag, MetaGraphDef.newBuilder().setSaverDef(saver), graph, signatures);
    AtomicFile.write(
        folder.resolve(Contract.EXTRA_FOLDER).resolve(Contract.EXPERIMENT_FILE),
        ExperimentFile.print(experiment));
  }

  /** Fills {@code folder}, which must not exist yet, with a model without variables. */
  public static void write(Path folder, String tag, Graph graph, Signatures signatures)
      throws IOException {
    write(folder, tag, MetaGraphDef.newBuilder(), graph, signatures);
  }

  private static void write(
      Path folder, String tag, MetaGraphDef.Builder metaGraph, Graph graph, Signatures signatures)
      throws IOException {
    metaGraph.setGraphDef(graph.toGraphDef()).putAllSignatureDef(signatures.definitions());
    metaGraph.getMetaInfoDefBuilder().addTags(tag).setTensorflowVersion(TensorFlow.version());
    SavedModel model =
        SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(metaGraph).build();
    Path extra = folder.resolve(Contract.EXTRA_FOLDER);
    Files.createDirectories(extra);
    Path file = folder.resolve("saved_model.pb");
    AtomicFile.write(
        file,
        out -> {
          // Maps in order.
          CodedOutputStream coded = CodedOutputStream.newInstance(out);
          coded.useDeterministicSerialization();
          model.writeTo(coded);
          coded.flush();
        });
    AtomicFile.write(extra.resolve(Contract.DIGEST_FILE), ContentHash.of(file) + "\n");
    AtomicFile.write(extra.resolve(Contract.VERSION_FILE), Version.describe() + "\n");
  }
}
