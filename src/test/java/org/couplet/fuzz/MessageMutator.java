package org.couplet.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Changes fields of a message, so that it stays one: as only an enemy does. */
final class MessageMutator {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    255,
    46_341,
    100_000_000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final double[] REALS = {
    0, -1, 1, 0.5, 1e-300, 1e300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  private final Random random;
  // Every text of the message: names that refer to one another are among them.
  private final List<String> texts = new ArrayList<>();

  private MessageMutator(Random random) {
    this.random = random;
  }

  /** A copy with one to three fields changed. */
  static Message mutate(Message sound, Random random) throws IOException {
    Message message = sound;
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      // Read again, as two entries of a map may have one key now.
      byte[] bytes = new MessageMutator(random).changed(message).toByteArray();
      message = sound.getParserForType().parsePartialFrom(bytes);
    }
    return message;
  }

  private Message changed(Message message) {
    List<List<Object>> paths = new ArrayList<>();
    collect(message, List.of(), paths);
    if (paths.isEmpty()) {
      return message;
    }
    return changed(message, paths.get(random.nextInt(paths.size())), 0);
  }

  // A path alternates fields and, of repeated ones, indices.
  private void collect(Message message, List<Object> prefix, List<List<Object>> paths) {
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              List<?> values = value instanceof List<?> list ? list : List.of(value);
              for (int i = 0; i < values.size(); i++) {
                List<Object> path = new ArrayList<>(prefix);
                path.add(field);
                path.add(i);
                paths.add(path);
                if (values.get(i) instanceof Message child) {
                  collect(child, path, paths);
                } else if (values.get(i) instanceof String text) {
                  texts.add(text);
                }
              }
            });
  }

  private Message changed(Message message, List<Object> path, int depth) {
    FieldDescriptor field = (FieldDescriptor) path.get(depth);
    int index = (Integer) path.get(depth + 1);
    Message.Builder builder = message.toBuilder();
    boolean last = depth + 2 == path.size();
    if (last && random.nextInt(4) == 0) {
      return removed(builder, field, index).buildPartial();
    }
    Object value =
        field.isRepeated() ? message.getRepeatedField(field, index) : message.getField(field);
    Object other =
        last ? changed(field, value, message) : changed((Message) value, path, depth + 2);
    if (!field.isRepeated()) {
      builder.setField(field, other);
    } else if (last && random.nextInt(3) == 0) {
      builder.addRepeatedField(field, other);
    } else {
      builder.setRepeatedField(field, index, other);
    }
    return builder.buildPartial();
  }

  private static Message.Builder removed(
      Message.Builder builder, FieldDescriptor field, int index) {
    if (!field.isRepeated()) {
      return builder.clearField(field);
    }
    List<?> values = (List<?>) builder.getField(field);
    List<Object> rest = new ArrayList<>(values);
    rest.remove(index);
    return builder.setField(field, rest);
  }

  private Object changed(FieldDescriptor field, Object value, Message around) {
    return switch (field.getJavaType()) {
      case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
      case LONG -> NUMBERS[random.nextInt(NUMBERS.length)];
      case FLOAT -> (float) REALS[random.nextInt(REALS.length)];
      case DOUBLE -> REALS[random.nextInt(REALS.length)];
      case BOOLEAN -> !(Boolean) value;
      case ENUM -> {
        var values = field.getEnumType().getValues();
        yield values.get(random.nextInt(values.size()));
      }
      case STRING -> text((String) value);
      case BYTE_STRING -> bytes((ByteString) value);
      case MESSAGE -> sibling(field, (Message) value, around);
    };
  }

  private String text(String value) {
    return switch (random.nextInt(4)) {
      case 0 -> "";
      case 1 -> value + ":1";
      default -> texts.get(random.nextInt(texts.size()));
    };
  }

  private ByteString bytes(ByteString value) {
    byte[] bytes = value.toByteArray();
    return ByteString.copyFrom(new ByteMutator(random).mutate(bytes, bytes));
  }

  // Another one of the same list, or an empty one.
  private Message sibling(FieldDescriptor field, Message value, Message around) {
    if (!field.isRepeated() || random.nextInt(4) == 0) {
      return value.getDefaultInstanceForType();
    }
    int count = around.getRepeatedFieldCount(field);
    return (Message) around.getRepeatedField(field, random.nextInt(count));
  }
}
