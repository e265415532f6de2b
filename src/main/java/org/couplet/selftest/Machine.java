package org.couplet.selftest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tensorflow.TensorFlow;

/**
 * What decides which kernels run and whether they are right: verdicts hold for one machine.
 *
 * @param processor its model, or the architecture where the system does not say
 * @param flags the instructions it has, as the system names them
 * @param caches its first core's caches, such as "L1 Data 32K"; empty where they are hidden
 * @param tensorFlow version of the library
 * @param environment the variables that oneDNN and TensorFlow's choice of kernels read
 */
public record Machine(
    String processor,
    Set<String> flags,
    List<String> caches,
    String tensorFlow,
    NavigableMap<String, String> environment) {
  private static final List<String> PREFIXES = List.of("ONEDNN_", "DNNL_", "TF_ENABLE_", "CUDA_");
  private static final List<String> HOLDS = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

  /** Copies the collections. */
  public Machine {
    flags = Set.copyOf(flags);
    caches = List.copyOf(caches);
    environment = new TreeMap<>(environment);
  }

  /** The machine at hand. */
  public static Machine here() {
    return read(Path.of("/"), System.getenv());
  }

  /**
   * Reads what the system reports.
   *
   * @param root where {@code proc} and {@code sys} are
   */
  static Machine read(Path root, Map<String, String> environment) {
    List<String> lines = lines(root.resolve("proc/cpuinfo"));
    String flags = field(lines, "flags") + " " + field(lines, "Features");
    NavigableMap<String, String> own = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (PREFIXES.stream().anyMatch(name::startsWith)) {
            own.put(name, value);
          }
        });
    String model = field(lines, "model name");
    return new Machine(
        model.isEmpty() ? System.getProperty("os.arch") : model,
        new TreeSet<>(List.of(flags.strip().split("\\s+"))),
        caches(root.resolve("sys/devices/system/cpu/cpu0/cache")),
        TensorFlow.version(),
        own);
  }

  /** Whether the system, and so oneDNN, does not know the sizes of the caches. */
  public boolean hidesCaches() {
    return caches.isEmpty();
  }

  /** One line on the machine, for people. */
  public String describe() {
    return processor
        + ", "
        + (hidesCaches() ? "caches hidden" : String.join(", ", caches))
        + ", TensorFlow "
        + tensorFlow
        + (environment.isEmpty() ? "" : ", " + environment);
  }

  /** What verdicts are remembered under: all of it. */
  String key() {
    return describe() + "\n" + String.join(" ", new TreeSet<>(flags));
  }

  /**
   * Whether bfloat16 ends the process: oneDNN held to older instructions than a processor with
   * AVX512_BF16 has finds no kernel and aborts.
   */
  boolean abortsOnBfloat16() {
    return flags.contains("avx512_bf16")
        && HOLDS.stream()
            .map(environment::get)
            .anyMatch(held -> held != null && !held.matches("(?i)ALL|DEFAULT|.*(BF16|FP16|AMX).*"));
  }

  private static List<String> caches(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory)
          .sorted()
          .map(
              cache ->
                  "L%s %s %s"
                      .formatted(
                          first(cache.resolve("level")),
                          first(cache.resolve("type")),
                          first(cache.resolve("size"))))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String first(Path file) {
    return lines(file).stream().findFirst().orElse("").strip();
  }

  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
