package org.couplet.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Map;
import org.couplet.config.proto.Affects;
import org.couplet.config.proto.Options;

/**
 * Selects the fields of an experiment that affect its program, its training or its weights, as the
 * option {@code (affects)} of the schema declares.
 *
 * <pre>
 * boolean same = Aspect.PROGRAM.of(one).equals(Aspect.PROGRAM.of(other));
 * </pre>
 */
public enum Aspect {
  /** The training program. */
  PROGRAM,
  /** What is trained. */
  TRAINING,
  /** Which weights a network has. */
  WEIGHTS;

  /** Copies a message and clears the fields that do not affect this aspect. */
  public <M extends Message> M of(M message) {
    Message.Builder kept = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (!isOn(field.getOptions().getExtension(Options.affects))) {
        kept.clearField(field);
      } else if (entry.getValue() instanceof Message child) {
        kept.setField(field, of(child));
      }
    }
    @SuppressWarnings("unchecked") // a message's builder builds messages of its type
    M part = (M) kept.build();
    return part;
  }

  private boolean isOn(Affects field) {
    return switch (this) {
      case PROGRAM -> field.getProgram();
      case TRAINING -> field.getTraining();
      case WEIGHTS -> field.getWeights();
    };
  }
}
