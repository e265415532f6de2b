package org.couplet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What applications may call is what {@code api.txt} lists. Lines that go, or change, break
 * applications: they need a new version; see CONTRIBUTING.md.
 */
class PublicApiTest {
  @Test
  void signaturesAreThoseThatWerePromised() throws Exception {
    String promised = Files.readString(Path.of("src/test/resources/api.txt"));
    assertEquals(promised, String.join("\n", signatures()) + "\n");
  }

  private static List<String> signatures() throws Exception {
    List<String> signatures = new ArrayList<>();
    for (Class<?> one : publicClasses()) {
      List<Executable> members = new ArrayList<>(List.of(one.getDeclaredConstructors()));
      members.addAll(List.of(one.getDeclaredMethods()));
      signatures.add(one.toGenericString());
      members.stream()
          .filter(member -> Modifier.isPublic(member.getModifiers()) && !member.isSynthetic())
          .map(member -> "  " + member.toGenericString())
          .sorted()
          .forEach(signatures::add);
    }
    return signatures;
  }

  private static List<Class<?>> publicClasses() throws Exception {
    List<Class<?>> classes = new ArrayList<>();
    for (String name : names()) {
      Class<?> one = Class.forName("org.couplet." + name);
      if (Modifier.isPublic(one.getModifiers()) && !one.isAnonymousClass()) {
        classes.add(one);
      }
    }
    return classes;
  }

  private static List<String> names() throws IOException, URISyntaxException {
    Path built =
        Path.of(Generator.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.list(built.resolve("org/couplet"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".class") && !name.startsWith("package-info"))
          .map(name -> name.replace(".class", ""))
          .sorted()
          .toList();
    }
  }
}
