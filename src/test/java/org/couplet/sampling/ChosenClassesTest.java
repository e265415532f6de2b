package org.couplet.sampling;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChosenClassesTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "2", "cat, wild");

  private static List<Integer> numbers(String text) {
    return ChosenClasses.of(text, "--class", CLASSES, "sample").numbers();
  }

  @Test
  void classesAreGivenByNameOrNumber() {
    assertEquals(List.of(1), numbers("dog"));
    assertEquals(List.of(1, 0, 3), numbers("dog, 0,3"));
    assertEquals(List.of(2), numbers("2"));
    assertEquals(List.of(3), numbers("cat, wild"));
    assertEquals(List.of(0, 1, 2, 3), numbers("all"));
  }

  @Test
  void aWrongClassIsOneLine() {
    assertRefused(
        () -> numbers("dog,cow"),
        "--class: 'cow' is not a class; give cat, dog, 2, cat, wild, their numbers from 0 to 3, or"
            + " all");
    assertRefused(() -> numbers("cat,all"), "--class: all stands alone; leave the others out");
    assertRefused(() -> numbers("4"), "'4' is not a class");
    assertRefused(() -> numbers("-1"), "'-1' is not a class");
    assertRefused(() -> numbers(""), "'' is not a class");
    assertRefused(
        () -> ChosenClasses.of("cat", "--class", List.of(), "sample"),
        "--class: the model has no classes");
    assertRefused(
        () -> ChosenClasses.of("all", "--class", List.of(), "sample"),
        "--class: the model has no classes");
  }

  @Test
  void theNearestOfManyClassesAreNamedAndWhatListsAll() {
    List<String> forms =
        Stream.of("disc", "square", "triangle")
            .flatMap(
                form -> Stream.of("red ", "green ", "blue ", "cyan ").map(colour -> colour + form))
            .toList();
    String listing = "couplet sample --run runs/a --class list";
    assertRefused(
        () -> ChosenClasses.of("Red disk", "--class", forms, listing),
        "'Red disk' is not a class; give red disc, ");
    assertRefused(
        () -> ChosenClasses.of("cyan", "--class", forms, listing),
        "give cyan disc, cyan square, cyan triangle, ");
    assertRefused(
        () -> ChosenClasses.of("cyan", "--class", forms, listing),
        ", ..., their numbers from 0 to 11, or all; " + listing + " lists all 12");
  }

  @Test
  void rowsTakeTheClassesInTurnWhereverTheyBegin() {
    ChosenClasses classes = new ChosenClasses(List.of(3, 1));
    assertArrayEquals(new int[] {3, 1, 3, 1, 3}, classes.labels(9, 0, 5));
    assertArrayEquals(new int[] {1, 3}, classes.labels(9, 101, 2));
  }

  @Test
  void aGridHasALineAClassAndWhiteForWhatIsMissing() {
    ChosenClasses classes = new ChosenClasses(List.of(0, 1, 2));
    byte[] rows = {0, 1, 2, 10, 11, 12, 20};
    assertEquals(3, classes.columns(7));
    assertArrayEquals(new byte[] {0, 10, 20, 1, 11, -1, 2, 12, -1}, classes.inLines(rows, 7));
    assertEquals(1, classes.columns(2));
    assertArrayEquals(new byte[] {5, 6}, classes.inLines(new byte[] {5, 6}, 2));
  }
}
