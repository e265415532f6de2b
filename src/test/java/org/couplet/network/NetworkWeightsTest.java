package org.couplet.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.couplet.graph.Weight;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

class NetworkWeightsTest {
  private static final List<String> REFERENCE = lines("/reference/param_counts.txt");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10_table3",
        "celeba_table4",
        "imagenet_table5",
        "edm_cifar10_ddpmpp",
        "edm_64_ddpmpp",
        "edm_cifar10_ncsnpp",
        "adm_imagenet64_unlabelled",
        "adm_imagenet64"
      })
  void parameterCountMatchesReference(String name) {
    String count = words("count").stream().filter(line -> line[1].equals(name)).findAny().get()[2];
    assertEquals(Long.parseLong(count), Networks.named(name).parameters());
  }

  @Test
  void namesShapesAndOrderMatchReference() {
    String expected =
        words("shape").stream()
            .map(line -> line[1].replace('.', '/') + " " + ours(line[2]))
            .collect(Collectors.joining("\n"));
    String actual =
        Networks.named("cifar10_table3").weights().stream()
            .map(weight -> weight.name() + " " + weight.shape())
            .collect(Collectors.joining("\n"));
    assertEquals(expected, actual);
  }

  @Test
  void namesAreUnique() {
    List<String> names =
        Networks.named("edm_cifar10_ncsnpp").weights().stream().map(Weight::name).toList();
    assertEquals(names.size(), names.stream().distinct().count());
  }

  @Test
  void fourierFrequenciesAreNotTrained() {
    Weight first = Networks.named("songunet_ncsnpp").weights().get(0);
    assertEquals("map_noise/freqs", first.name());
    assertEquals(Shape.of(16), first.shape());
    assertFalse(first.trainable());
  }

  // OIHW to HWIO, [out, in] to [in, out].
  private static Shape ours(String reference) {
    long[] sizes = Arrays.stream(reference.split("x", -1)).mapToLong(Long::parseLong).toArray();
    return switch (sizes.length) {
      case 4 -> Shape.of(sizes[2], sizes[3], sizes[1], sizes[0]);
      case 2 -> Shape.of(sizes[1], sizes[0]);
      default -> Shape.of(sizes);
    };
  }

  private static List<String[]> words(String kind) {
    return REFERENCE.stream()
        .map(line -> line.split(" ", -1))
        .filter(line -> line[0].equals(kind))
        .toList();
  }

  private static List<String> lines(String resource) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(NetworkWeightsTest.class.getResourceAsStream(resource)),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
