package org.couplet.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.foreign.PickledObject.ClassName;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pickle of protocol 2 to 5 as data. What comes out are null, {@link Boolean}, {@link
 * Long}, {@link Double}, {@link String}, {@link List} (also of tuples and sets), {@link Map},
 * {@link FilePart} for bytes, which stay in the file, and whatever {@link Classes} makes of
 * classes.
 */
final class PickleReader {
  // Python's own numbers, in its pickletools.
  private static final int PROTO = 0x80;
  private static final int FIRST_PROTOCOL = 2;
  private static final int LAST_PROTOCOL = 5;

  /** Whole numbers of more than 64 bits, of which none is needed. */
  private static final Object LARGE_NUMBER = new Object();

  private final Cursor in;
  private final Classes classes;
  private final Budget budget;
  private final List<@Nullable Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, @Nullable Object> memo = new HashMap<>();

  /** What becomes of a pickle's classes and of its references to what lies outside of it. */
  interface Classes {
    /** The result of a call of a class or a function; nothing is called. */
    @Nullable Object called(ClassName type, List<@Nullable Object> arguments) throws IOException;

    /** What a persistent identity stands for. */
    @Nullable Object persistent(@Nullable Object identity) throws IOException;
  }

  /** How much more is read of one file: bytes must not become more objects than they are worth. */
  static final class Budget {
    private static final long MOST = 5_000_000;
    private long left = MOST;

    void spend(long count, FilePart file) {
      left -= count;
      if (left < 0) {
        throw file.refusal("it has more than %d objects".formatted(MOST));
      }
    }
  }

  PickleReader(Cursor in, Classes classes, Budget budget) {
    this.in = in;
    this.classes = classes;
    this.budget = budget;
  }

  /** Whether a file begins and ends as pickles of the protocols before 2, which name none. */
  static boolean isOld(FilePart file) throws IOException {
    ByteBuffer ends = ByteBuffer.allocate(2);
    file.read(0, ends.limit(1));
    file.read(file.length() - 1, ends.limit(2));
    return "(]}c".indexOf(ends.get(0)) >= 0 && ends.get(1) == '.';
  }

  /** What to throw where a pickle's protocol lacks what is needed. */
  static InvalidInputException tooOld(FilePart file, String protocol) {
    return new InvalidInputException(
        "%s: is a pickle of protocol %s, which is not read; write it with a newer one, such as pickle.dump(..., protocol=4)"
            .formatted(file.path(), protocol));
  }

  /** Reads one pickle; the cursor is then behind it. */
  @Nullable Object read() throws IOException {
    int first = in.u8();
    int protocol = first == PROTO ? in.u8() : 0;
    if (protocol < FIRST_PROTOCOL || protocol > LAST_PROTOCOL) {
      throw in.part()
          .refusal(
              "at byte %d should be a pickle of protocol %d to %d"
                  .formatted(in.position(), FIRST_PROTOCOL, LAST_PROTOCOL));
    }
    while (true) {
      budget.spend(1, in.part());
      int operation = in.u8();
      if (operation == '.') {
        return pop();
      }
      run(operation);
    }
  }

  private void run(int operation) throws IOException {
    switch (operation) {
      case PROTO -> in.u8();
      case 0x95 -> in.part().part(in.position(), in.i64()); // A frame, which holds what follows.
      case '(' -> marks.push(stack.size());
      case '0' -> popOrMark();
      case '1' -> popMarked();
      case '2' -> push(peek());
      case 'q' -> memo.put((long) in.u8(), peek());
      case 'r' -> memo.put(in.u32(), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> push(remembered(in.u8()));
      case 'j' -> push(remembered(in.u32()));
      case 'c' -> push(new ClassName(in.line(), in.line()));
      case 0x93 -> {
        Object name = pop();
        push(new ClassName(text(pop()), text(name)));
      }
      case 'R', 0x81 -> {
        List<@Nullable Object> arguments = list(pop());
        call(pop(), arguments);
      }
      case 0x92 -> {
        pop(); // Named arguments of a constructor.
        List<@Nullable Object> arguments = list(pop());
        call(pop(), arguments);
      }
      case 'b' -> build(pop());
      case 'P' -> push(classes.persistent(in.line()));
      case 'Q' -> push(classes.persistent(pop()));
      default -> {
        if (!pushScalar(operation)) {
          container(operation);
        }
      }
    }
  }

  private boolean pushScalar(int operation) throws IOException {
    switch (operation) {
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.i32());
      case 'K' -> push((long) in.u8());
      case 'M' -> push((long) in.u16());
      case 0x8a -> push(number(in.u8()));
      case 0x8b -> push(number(in.u32()));
      case 'G' -> push(in.bigEndianDouble());
      case 'X', 'T' -> push(characters(in.u32()));
      case 0x8c, 'U' -> push(characters(in.u8()));
      case 0x8d -> push(characters(in.i64()));
      case 'B' -> push(in.bytes(in.u32()));
      case 'C' -> push(in.bytes(in.u8()));
      case 0x8e, 0x96 -> push(in.bytes(in.i64()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void container(int operation) {
    switch (operation) {
      case '}' -> push(new LinkedHashMap<>());
      case ']', ')', 0x8f -> push(new ArrayList<>());
      case 't', 'l', 0x91 -> push(popMarked());
      case 0x85 -> push(last(1));
      case 0x86 -> push(last(2));
      case 0x87 -> push(last(3));
      case 'd' -> {
        List<@Nullable Object> items = popMarked();
        push(new LinkedHashMap<>());
        put(items);
      }
      case 's' -> put(last(2));
      case 'u' -> put(popMarked());
      case 'a' -> append(last(1));
      case 'e', 0x90 -> append(popMarked());
      default ->
          throw in.part()
              .refusal(
                  "byte %d is no instruction of a pickle that is read here (0x%02x)"
                      .formatted(in.position() - 1, operation));
    }
  }

  private void call(@Nullable Object type, List<@Nullable Object> arguments) throws IOException {
    budget.spend(arguments.size(), in.part());
    push(
        type instanceof ClassName name
            ? classes.called(name, arguments)
            : new PickledObject(new ClassName("", "object"), arguments));
  }

  // The state of anything else, such as of a dictionary of a class of its own, is not needed.
  private void build(@Nullable Object state) {
    if (peek() instanceof PickledObject object) {
      object.setState(state);
    }
  }

  @SuppressWarnings("unchecked")
  private void put(List<@Nullable Object> items) {
    if (items.size() % 2 != 0) {
      throw in.part().refusal("a dictionary in it has a key without a value");
    }
    Object target = peek();
    for (int i = 0; i < items.size(); i += 2) {
      // Other keys could hold themselves; none is a name.
      if (items.get(i) instanceof String || items.get(i) instanceof Long) {
        if (target instanceof Map<?, ?> map) {
          ((Map<Object, @Nullable Object>) map).put(items.get(i), items.get(i + 1));
        } else if (target instanceof PickledObject object) {
          object.items().put(items.get(i), items.get(i + 1));
        }
      }
    }
  }

  private void append(List<@Nullable Object> elements) {
    if (peek() instanceof PickledObject object) {
      object.elements().addAll(elements);
    } else {
      list(peek()).addAll(elements);
    }
  }

  private Object number(long bytes) throws IOException {
    FilePart number = in.bytes(bytes);
    if (bytes > Long.BYTES) {
      return LARGE_NUMBER;
    }
    long value = 0;
    Cursor digits = new Cursor(number);
    for (int i = 0; i < bytes; i++) {
      value |= (long) digits.u8() << (Byte.SIZE * i);
    }
    int unused = Long.SIZE - Byte.SIZE * (int) bytes;
    return bytes == 0 ? 0L : value << unused >> unused;
  }

  private String characters(long bytes) throws IOException {
    String text = in.text(bytes);
    budget.spend(bytes / Long.SIZE, in.part());
    return text;
  }

  private @Nullable Object remembered(long number) {
    if (!memo.containsKey(number)) {
      throw in.part().refusal("it refers to an object %d that is not there".formatted(number));
    }
    return memo.get(number);
  }

  private void push(@Nullable Object value) {
    stack.add(value);
  }

  private @Nullable Object peek() {
    requireMore(1);
    return stack.get(stack.size() - 1);
  }

  private @Nullable Object pop() {
    requireMore(1);
    return stack.remove(stack.size() - 1);
  }

  private void popOrMark() {
    if (!marks.isEmpty() && marks.peek() == stack.size()) {
      marks.pop();
    } else {
      pop();
    }
  }

  private List<@Nullable Object> popMarked() {
    if (marks.isEmpty()) {
      throw in.part().refusal("a mark is missing in it");
    }
    return last(stack.size() - marks.pop());
  }

  private List<@Nullable Object> last(int count) {
    requireMore(count);
    List<@Nullable Object> top = stack.subList(stack.size() - count, stack.size());
    List<@Nullable Object> taken = new ArrayList<>(top);
    top.clear();
    return taken;
  }

  private void requireMore(int count) {
    int bottom = marks.isEmpty() ? 0 : marks.peek();
    if (stack.size() - bottom < count) {
      throw in.part().refusal("it takes an object that is not there");
    }
  }

  @SuppressWarnings("unchecked")
  private List<@Nullable Object> list(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return (List<@Nullable Object>) list;
    }
    throw in.part().refusal("it has something else where a list should be");
  }

  private String text(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw in.part().refusal("it has something else where a name should be");
  }
}
