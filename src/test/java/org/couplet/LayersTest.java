package org.couplet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds the code to the table of packages in docs/design.md. */
@AnalyzeClasses(packages = "org.couplet", importOptions = DoNotIncludeTests.class)
@ArchTag("long")
class LayersTest {
  private static final PackageTable TABLE = PackageTable.read();
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?org\\.couplet\\.([a-z]+)\\.");
  private static final String TOP = "org.couplet";
  private static final int MOST_LINES = 2_000;

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.couplet.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theRunningHalfNeverSeesTheBuildingHalf =
      noClasses().that(areIn("running half")).should().dependOnClassesThat(areIn("building half"));

  @ArchTest
  static final ArchRule mainKnowsOnlyTheCommandLine =
      classes()
          .that()
          .haveFullyQualifiedName("org.couplet.Couplet")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("org.couplet.cli", "org.couplet.io", "org.jspecify..", "java..");

  @ArchTest
  static final ArchRule nothingBelowKnowsTheApi =
      noClasses()
          .that()
          .resideInAPackage("org.couplet.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.couplet");

  /** What a row names is what its package uses: nothing else, and all of it. */
  @ArchTest
  static void packagesUseWhatTheirRowsName(JavaClasses classes) throws IOException {
    Map<String, Set<String>> expected = new TreeMap<>();
    Map<String, Set<String>> used = new TreeMap<>();
    for (String name : packages(classes)) {
      used.put(name, imports(name));
      expected.put(
          name,
          TABLE.row(name).uses().stream()
              .filter(other -> !TABLE.row(other).toCome())
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    assertEquals(expected, used);
  }

  // Those with a row of their own; the command line uses all.
  private static Set<String> packages(JavaClasses classes) {
    Set<String> names = new TreeSet<>();
    classes.forEach(one -> names.add(room(one)));
    names.remove("cli");
    return names;
  }

  // In the sources: classes don't show whose constants they were compiled with.
  private static Set<String> imports(String name) throws IOException {
    Set<String> imports = new TreeSet<>();
    for (Path file : files(name)) {
      IMPORT
          .matcher(Files.readString(file))
          .results()
          .map(found -> found.group(1))
          .forEach(imports::add);
    }
    imports.removeAll(List.of(name, "io"));
    return imports;
  }

  private static List<Path> files(String name) throws IOException {
    Path top = Path.of("src/main/java/org/couplet");
    try (Stream<Path> files = Files.list(name.equals(TOP) ? top : top.resolve(name))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  // The package below org.couplet; that of a generated message is its own parent's.
  private static String room(JavaClass one) {
    return one.getPackageName().equals(TOP)
        ? TOP
        : one.getPackageName().replaceFirst("org\\.couplet\\.?", "").replaceFirst("\\..*", "");
  }

  private static DescribedPredicate<JavaClass> areIn(String half) {
    return DescribedPredicate.describe(
        "are in the " + half,
        one -> TABLE.rows().containsKey(room(one)) && half.equals(TABLE.row(room(one)).half()));
  }

  /** A package that grew larger should become two. */
  @ArchTest
  static void packagesStaySmall(JavaClasses classes) throws IOException {
    for (String name : packages(classes)) {
      int lines = 0;
      for (Path file : files(name)) {
        lines += Files.readAllLines(file).size();
      }
      assertTrue(lines <= MOST_LINES, name + " has " + lines + " lines");
    }
  }

  @ArchTest
  static void theDiagramShowsTheTable(JavaClasses classes) throws IOException {
    assertEquals(
        PackageDiagram.svg(TABLE),
        Files.readString(PackageDiagram.FILE),
        "run org.couplet.PackageDiagram");
  }
}
