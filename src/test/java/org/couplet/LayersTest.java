package org.couplet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds the package table of docs/design.md. */
@AnalyzeClasses(packages = "org.couplet", importOptions = DoNotIncludeTests.class)
@ArchTag("long")
class LayersTest {
  // A package uses only those its row names, itself, and io. Those without classes yet are fine.
  private static final Map<String, List<String>> USES = new LinkedHashMap<>();

  static {
    // The running half.
    USES.put(
        "study",
        List.of("train", "metric", "report", "program", "data", "schedule", "transport", "config"));
    USES.put("serve", List.of("program", "report"));
    USES.put(
        "train", List.of("program", "data", "schedule", "transport", "report", "metric", "config"));
    USES.put("metric", List.of("program", "data", "transport"));
    USES.put("report", List.of());
    USES.put("data", List.of("config"));
    USES.put("transport", List.of());
    USES.put("schedule", List.of());
    USES.put("program", List.of("cluster"));
    USES.put("cluster", List.of());
    // The building half.
    USES.put(
        "assembly",
        List.of("consistency", "optimizer", "network", "graph", "inception", "program", "config"));
    USES.put("inception", List.of());
    USES.put("consistency", List.of("network", "graph"));
    USES.put("optimizer", List.of("graph"));
    USES.put("network", List.of("graph"));
    USES.put("graph", List.of());
    USES.put("config", List.of());
    USES.put("selftest", List.of());
    USES.put("io", List.of());
  }

  @ArchTest static final ArchRule packagesUseOnlyWhatTheirRowNames = layers();

  @ArchTest
  static final ArchRule everyPackageHasARow = classes().should().resideInAnyPackage(allPackages());

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("org.couplet.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theRunningHalfNeverSeesTheBuildingHalf =
      noClasses()
          .that()
          .resideInAnyPackage(inside("train"), inside("metric"), inside("study"), inside("serve"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              inside("assembly"),
              inside("inception"),
              inside("graph"),
              inside("network"),
              inside("consistency"),
              inside("optimizer"))
          .allowEmptyShould(true);

  private static LayeredArchitecture layers() {
    LayeredArchitecture layers =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("main")
            .definedBy("org.couplet")
            .layer("cli")
            .definedBy(inside("cli"));
    for (String name : USES.keySet()) {
      layers = layers.layer(name).definedBy(inside(name));
    }
    layers = layers.whereLayer("main").mayOnlyAccessLayers("cli", "io");
    layers = layers.whereLayer("cli").mayOnlyBeAccessedByLayers("main");
    for (Map.Entry<String, List<String>> row : USES.entrySet()) {
      if (!row.getKey().equals("io")) {
        layers = layers.whereLayer(row.getKey()).mayOnlyBeAccessedByLayers(users(row.getKey()));
      }
    }
    return layers.whereLayer("io").mayNotAccessAnyLayer();
  }

  private static String[] allPackages() {
    List<String> packages = new ArrayList<>(List.of("org.couplet", inside("cli")));
    USES.keySet().forEach(name -> packages.add(inside(name)));
    return packages.toArray(String[]::new);
  }

  private static String[] users(String used) {
    List<String> users = new ArrayList<>(List.of("cli"));
    USES.forEach(
        (name, uses) -> {
          if (uses.contains(used)) {
            users.add(name);
          }
        });
    return users.toArray(String[]::new);
  }

  private static String inside(String name) {
    return "org.couplet." + name + "..";
  }
}
