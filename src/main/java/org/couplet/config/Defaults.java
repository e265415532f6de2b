package org.couplet.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.couplet.config.proto.AdmUNetConfig;
import org.couplet.config.proto.CouplingConfig;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GeneratorInducedCouplingConfig;
import org.couplet.config.proto.ImageFileConfig;
import org.couplet.config.proto.NetworkConfig;
import org.couplet.config.proto.ProbabilityFlowCouplingConfig;
import org.couplet.config.proto.SongUNetConfig;

/**
 * Makes the schema's defaults explicit. A scalar takes its proto default, a message all of its own,
 * a oneof without a case its first member; defaults that depend on another value are set here.
 */
final class Defaults {
  /** What has no default: the experiment is about it. */
  private static final Set<OneofDescriptor> REQUIRED =
      Set.of(
          DatasetConfig.getDescriptor().getRealOneofs().get(0),
          NetworkConfig.getDescriptor().getRealOneofs().get(0));

  /** Scalars without a proto default: they follow another value, or must be given. */
  private static final Set<FieldDescriptor> WITHOUT_DEFAULT =
      Set.of(
          ImageFileConfig.getDescriptor().findFieldByNumber(ImageFileConfig.PATH_FIELD_NUMBER),
          ProbabilityFlowCouplingConfig.getDescriptor()
              .findFieldByNumber(ProbabilityFlowCouplingConfig.RUN_FIELD_NUMBER),
          GeneratorInducedCouplingConfig.getDescriptor()
              .findFieldByNumber(GeneratorInducedCouplingConfig.MU_END_FIELD_NUMBER));

  private final Origins origins;

  /**
   * @param origins where the values were written, for complaints about missing ones
   */
  Defaults(Origins origins) {
    this.origins = origins;
  }

  /** Fills in everything that is not set. */
  void fill(Experiment.Builder experiment) {
    fill(experiment, "");
    if (experiment.getNetwork().hasSongUnet()) {
      expand(experiment.getNetworkBuilder().getSongUnetBuilder());
    }
    if (experiment.getNetwork().hasAdmUnet()) {
      expand(experiment.getNetworkBuilder().getAdmUnetBuilder());
    }
    if (experiment.getConsistency().getCoupling().hasGeneratorInduced()) {
      CouplingConfig.Builder coupling = experiment.getConsistencyBuilder().getCouplingBuilder();
      GeneratorInducedCouplingConfig.Builder induced = coupling.getGeneratorInducedBuilder();
      if (!induced.hasMuEnd()) {
        induced.setMuEnd(induced.getMu());
      }
    }
  }

  private void fill(Message.Builder message, String prefix) {
    for (OneofDescriptor oneof : message.getDescriptorForType().getRealOneofs()) {
      if (!message.hasOneof(oneof)) {
        if (REQUIRED.contains(oneof)) {
          throw missing(oneof, prefix);
        }
        message.getFieldBuilder(oneof.getField(0));
      }
    }
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean absentMember = field.getRealContainingOneof() != null && !message.hasField(field);
      if (field.isRepeated() || absentMember) {
        continue;
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        fill(message.getFieldBuilder(field), prefix + field.getName() + ".");
      } else if (!message.hasField(field) && !WITHOUT_DEFAULT.contains(field)) {
        message.setField(field, field.getDefaultValue());
      }
    }
  }

  private RuntimeException missing(OneofDescriptor oneof, String prefix) {
    String path = prefix.substring(0, prefix.length() - 1);
    String choice =
        oneof.getFields().stream().map(FieldDescriptor::getName).collect(Collectors.joining(", "));
    return origins.problem(path, "the " + oneof.getName() + " is missing. Add one of " + choice);
  }

  /** One number for all levels becomes one per level. */
  private static void expand(SongUNetConfig.Builder network) {
    int levels = network.getChannelMultCount();
    List<Integer> blocks = perLevel(network.getNumBlocksList(), levels, 4);
    network.clearNumBlocks().addAllNumBlocks(blocks);
    List<Double> dropout = perLevel(network.getDropoutList(), levels, 0.0);
    network.clearDropout().addAllDropout(dropout);
    if (network.getResampleFilterCount() == 0) {
      network.addResampleFilter(1).addResampleFilter(1);
    }
  }

  private static void expand(AdmUNetConfig.Builder network) {
    int levels = network.getChannelMultCount();
    List<Integer> blocks = perLevel(network.getNumBlocksList(), levels, 3);
    network.clearNumBlocks().addAllNumBlocks(blocks);
    List<Double> dropout = perLevel(network.getDropoutList(), levels, 0.1);
    network.clearDropout().addAllDropout(dropout);
  }

  private static <T> List<T> perLevel(List<T> given, int levels, T otherwise) {
    if (given.size() > 1) {
      return new ArrayList<>(given);
    }
    return Collections.nCopies(levels, given.isEmpty() ? otherwise : given.get(0));
  }
}
