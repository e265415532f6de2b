package org.couplet.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;
import org.couplet.program.SamplingProgram;

/**
 * Classes that were asked for; rows take them in turn, from row 0 on.
 *
 * @param numbers of the classes, at least one
 */
public record ChosenClasses(List<Integer> numbers) implements SamplingProgram.ClassChoice {
  private static final String ALL = "all";
  private static final int MOST_NAMED = 10;

  /**
   * Reads names or numbers with commas between them, or {@code all}. A name counts before a number.
   *
   * @param what is given, for complaints, such as {@code --class}
   * @param classes names of the model's classes
   * @param listing what lists them all, for complaints
   * @throws InvalidInputException if the model has none, or not these
   */
  public static ChosenClasses of(String text, String what, List<String> classes, String listing) {
    if (text.equals(ALL) && !classes.isEmpty() && !classes.contains(ALL)) {
      return new ChosenClasses(IntStream.range(0, classes.size()).boxed().toList());
    }
    // A class's own name may have commas.
    if (classes.contains(text)) {
      return new ChosenClasses(List.of(classes.indexOf(text)));
    }
    return of(List.of(text.split(",", -1)), what, classes, listing);
  }

  /** From names or numbers, one each; otherwise as the method above. */
  public static ChosenClasses of(
      List<String> given, String what, List<String> classes, String listing) {
    if (classes.isEmpty() || given.isEmpty()) {
      throw new InvalidInputException(
          classes.isEmpty()
              ? what
                  + ": the model has no classes; leave it out, or train one with network.label_dim"
              : what + ": none given; name at least one");
    }
    List<Integer> numbers = new ArrayList<>();
    for (String part : given) {
      numbers.add(number(part.strip(), what, classes, listing));
    }
    return new ChosenClasses(List.copyOf(numbers));
  }

  private static int number(String part, String what, List<String> classes, String listing) {
    if (classes.contains(part)) {
      return classes.indexOf(part);
    }
    if (part.matches("\\d{1,9}") && Integer.parseInt(part) < classes.size()) {
      return Integer.parseInt(part);
    }
    if (part.equals(ALL)) {
      throw new InvalidInputException(what + ": all stands alone; leave the others out");
    }
    throw new InvalidInputException(
        "%s: '%s' is not a class; give %s, their numbers from 0 to %d, or all%s"
            .formatted(
                what,
                part,
                FirstNames.of(Spelling.nearestFirst(part, classes), MOST_NAMED),
                classes.size() - 1,
                classes.size() > MOST_NAMED
                    ? "; %s lists all %d".formatted(listing, classes.size())
                    : ""));
  }

  /** Images in a line of a grid with a line a class. */
  public int columns(int count) {
    int lines = lines(count);
    return (count + lines - 1) / lines;
  }

  /** Images that such a grid has room for, at least {@code count}. */
  public int places(int count) {
    return Math.multiplyExact(lines(count), columns(count));
  }

  /**
   * Images in the order of such a grid, white where the last ones are missing.
   *
   * @param pixels of the rows 0 to {@code count - 1}
   */
  public byte[] inLines(byte[] pixels, int count) {
    int lines = lines(count);
    int columns = columns(count);
    int size = pixels.length / count;
    byte[] sorted = new byte[places(count) * size];
    Arrays.fill(sorted, (byte) 255);
    for (int row = 0; row < count; row++) {
      int place = row % lines * columns + row / lines;
      System.arraycopy(pixels, row * size, sorted, place * size, size);
    }
    return sorted;
  }

  private int lines(int count) {
    return Math.min(numbers.size(), count);
  }

  @Override
  public int[] labels(long seed, long first, int count) {
    int[] labels = new int[count];
    Arrays.setAll(labels, i -> numbers.get((int) ((first + i) % numbers.size())));
    return labels;
  }
}
