package org.couplet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Draws the table of packages in docs/design.md: a package stands above all that it uses. Uses that
 * follow from others are not drawn.
 *
 * <pre>
 * mvn -q test-compile
 * java -cp target/test-classes org.couplet.PackageDiagram
 * </pre>
 */
final class PackageDiagram {
  static final Path FILE = Path.of("docs/images/packages.svg");
  private static final Map<String, String> COLOURS =
      Map.of("running half", "#dbe9f6", "building half", "#fde6cf", "both", "#ececec");
  private static final int WIDTH = 1000;
  private static final int BOX_WIDTH = 104;
  private static final int BOX_HEIGHT = 30;
  private static final int ROW = 84;
  private static final int MARGIN = 40;

  private final PackageTable table;
  private final Map<String, Integer> levels = new HashMap<>();
  private final Map<String, int[]> places = new HashMap<>();

  private PackageDiagram(PackageTable table) {
    this.table = table;
  }

  public static void main(String[] arguments) throws IOException {
    Files.writeString(FILE, svg(PackageTable.read()));
  }

  /** The picture's text. */
  static String svg(PackageTable table) {
    PackageDiagram diagram = new PackageDiagram(table);
    diagram.place();
    return diagram.draw();
  }

  private Set<String> uses(String name) {
    PackageTable.Row row = table.row(name);
    Set<String> uses = new TreeSet<>(row.uses());
    if (uses.remove("all")) {
      table.rows().forEach((other, its) -> uses.add(other));
      uses.removeIf(other -> other.equals(name) || table.row(other).uses().contains(name));
    }
    uses.remove("io");
    uses.removeIf(used -> table.row(used).toCome());
    return uses;
  }

  private int level(String name) {
    Integer known = levels.get(name);
    if (known == null) {
      known = 1 + uses(name).stream().mapToInt(this::level).max().orElse(-1);
      levels.put(name, known);
    }
    return known;
  }

  private boolean reaches(String from, String to) {
    return uses(from).stream().anyMatch(used -> used.equals(to) || reaches(used, to));
  }

  // Those that no other use of the package implies.
  private List<String> drawn(String name) {
    Set<String> uses = uses(name);
    return uses.stream()
        .filter(used -> uses.stream().noneMatch(other -> reaches(other, used)))
        .toList();
  }

  // The running half on the left, the building half on the right.
  private void place() {
    Map<Integer, List<String>> rows = new TreeMap<>();
    for (String half : List.of("running half", "both", "building half")) {
      table
          .rows()
          .forEach(
              (name, row) -> {
                if (!row.toCome() && !name.equals("io") && row.half().equals(half)) {
                  rows.computeIfAbsent(level(name), unused -> new ArrayList<>()).add(name);
                }
              });
    }
    int top = rows.size() - 1;
    rows.forEach(
        (level, names) -> {
          for (int i = 0; i < names.size(); i++) {
            int x = WIDTH * (2 * i + 1) / (2 * names.size());
            places.put(names.get(i), new int[] {x, MARGIN + ROW * (top - level)});
          }
        });
  }

  private int[] placeOf(String name) {
    return Objects.requireNonNull(places.get(name), name);
  }

  private String draw() {
    int height = 2 * MARGIN + ROW * levels.values().stream().mapToInt(l -> l).max().orElse(0);
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="14">
        <rect width="%d" height="%d" fill="#ffffff"/>
        """
            .formatted(WIDTH, height, WIDTH, height));
    for (String name : new TreeSet<>(places.keySet())) {
      for (String used : drawn(name)) {
        svg.append(line(placeOf(name), placeOf(used)));
      }
    }
    for (String name : new TreeSet<>(places.keySet())) {
      svg.append(box(name, placeOf(name)));
    }
    return svg.append("</svg>\n").toString();
  }

  private static String line(int[] from, int[] to) {
    int start = from[1] + BOX_HEIGHT / 2;
    int end = to[1] - BOX_HEIGHT / 2;
    int bend = (end - start) / 2;
    return String.format(
        Locale.ROOT,
        "<path d=\"M%d %d C%d %d %d %d %d %d\" fill=\"none\" stroke=\"#808080\"/>%n",
        from[0],
        start,
        from[0],
        start + bend,
        to[0],
        end - bend,
        to[0],
        end);
  }

  private String box(String name, int[] place) {
    return String.format(
        Locale.ROOT,
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"%s\" stroke=\"#606060\"/>%n"
            + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
        place[0] - BOX_WIDTH / 2,
        place[1] - BOX_HEIGHT / 2,
        BOX_WIDTH,
        BOX_HEIGHT,
        COLOURS.getOrDefault(table.row(name).half(), "#ffffff"),
        place[0],
        place[1] + 5,
        name);
  }
}
