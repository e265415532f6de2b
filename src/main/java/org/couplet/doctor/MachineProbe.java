package org.couplet.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.couplet.io.ErrorStream;

/** What the machine itself offers: system, processor, memory, disk, terminal. */
public final class MachineProbe {
  private static final double GIB = 1L << 30;
  // Table 3's network at batch 4, and what the system keeps for itself.
  private static final double CIFAR_GIB = 3;
  private static final double LEAST_GIB = 2;
  // Three checkpoints of table 3's network: weights, momentum and average, 4 bytes each.
  private static final double DISK_GIB = 3;
  // Two fused multiply-adds a cycle, on eight float32 values each or on sixteen.
  private static final int AVX2_FLOP_PER_CYCLE = 32;
  private static final int AVX512_FLOP_PER_CYCLE = 64;
  private static final Set<String> INSTRUCTION_SETS =
      Set.of("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "sve");

  private final Path root;

  /**
   * @param root where the system's {@code proc} and {@code etc} are
   */
  public MachineProbe(Path root) {
    this.root = root;
  }

  List<Finding> findings() {
    return List.of(
        java(),
        operatingSystem(),
        processor(),
        cores(),
        instructions(),
        memory(),
        heap(),
        disk(),
        terminal());
  }

  private static Finding java() {
    String fact = System.getProperty("java.version") + ", " + System.getProperty("java.vendor");
    return Finding.ok("JDK", fact);
  }

  private Finding operatingSystem() {
    String name =
        lines("etc/os-release").stream()
            .filter(line -> line.startsWith("PRETTY_NAME="))
            .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", "") + ", ")
            .findFirst()
            .orElse("");
    String architecture = System.getProperty("os.arch");
    String fact =
        name
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + architecture;
    return Finding.ok("system", fact);
  }

  private Finding processor() {
    return Finding.ok("processor", processorName());
  }

  /** The processor's model as it calls itself. */
  public String processorName() {
    return processorField("model name").orElse(System.getProperty("os.arch") + ", model unknown");
  }

  private Finding cores() {
    int usable = Runtime.getRuntime().availableProcessors();
    long present =
        lines("proc/cpuinfo").stream().filter(line -> line.startsWith("processor")).count();
    String fact = usable + " usable" + clock().map(this::speed).orElse("");
    if (present > usable) {
      return Finding.note(
          "cores",
          fact + "; the machine has " + present,
          "a container, cgroup or affinity mask withholds some; lift it to train faster");
    }
    return Finding.ok("cores", fact);
  }

  private String speed(double hertz) {
    return String.format(Locale.ROOT, " at %.2f GHz", hertz / 1e9)
        + peak()
            .map(
                peak ->
                    String.format(
                        Locale.ROOT,
                        ": about %.0f GFLOP/s float32 at that clock, with %s",
                        peak.gigaflops(),
                        peak.instructions()))
            .orElse("");
  }

  /** The usable cores' peak, where the system reports their clock and instructions. */
  public Optional<CpuPeak> peak() {
    if (!flags().containsAll(Set.of("avx2", "fma"))) {
      return Optional.empty();
    }
    boolean wide = flags().contains("avx512f");
    // Zen 4 takes two cycles for 512 bits; no other AMD processor of this family has AVX-512.
    boolean halved =
        processorField("vendor_id").filter("AuthenticAMD"::equals).isPresent()
            && processorField("cpu family").filter("25"::equals).isPresent();
    String instructions = wide ? halved ? "AVX-512 at half rate" : "AVX-512" : "AVX2";
    int flop = wide && !halved ? AVX512_FLOP_PER_CYCLE : AVX2_FLOP_PER_CYCLE;
    int cores = Runtime.getRuntime().availableProcessors();
    return clock().map(hertz -> new CpuPeak(cores, hertz, flop, instructions));
  }

  // The clock as it is now, of the fastest core.
  private Optional<Double> clock() {
    return lines("proc/cpuinfo").stream()
        .filter(line -> line.startsWith("cpu MHz"))
        .map(line -> 1e6 * Double.parseDouble(line.substring(line.indexOf(':') + 1).strip()))
        .max(Double::compare);
  }

  private Finding instructions() {
    Set<String> found = flags();
    if (found.isEmpty()) {
      return Finding.note(
          "instructions", "unknown", "this system does not list them; training works all the same");
    }
    found.retainAll(INSTRUCTION_SETS);
    String fact = String.join(" ", found);
    if (found.contains("asimd") || found.containsAll(Set.of("avx2", "fma"))) {
      return Finding.ok("instructions", fact);
    }
    return Finding.note(
        "instructions", found.isEmpty() ? "no avx2" : fact, "without avx2 and fma steps take long");
  }

  // x86 calls them flags, ARM features.
  private Set<String> flags() {
    return processorField("flags")
        .or(() -> processorField("Features"))
        .map(flags -> new TreeSet<>(Arrays.asList(flags.split(" ", -1))))
        .orElse(new TreeSet<>());
  }

  private Optional<String> processorField(String name) {
    return lines("proc/cpuinfo").stream()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /** Memory and swap, within a container's limit. */
  public double totalBytes() {
    return (double) system().getTotalMemorySize() + system().getTotalSwapSpaceSize();
  }

  /** Memory that programs could still be given. */
  public double freeBytes() {
    return Math.min(
        (double) system().getTotalMemorySize(),
        available().orElse((double) system().getFreeMemorySize()));
  }

  // Java's own numbers respect a container's limit.
  private static OperatingSystemMXBean system() {
    return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  }

  private Finding memory() {
    double total = system().getTotalMemorySize() / GIB;
    double free = freeBytes() / GIB;
    String fact = String.format(Locale.ROOT, "%.1f GiB, %.1f GiB of it free", total, free);
    if (free < LEAST_GIB) {
      return Finding.note(
          "memory", fact, "even the quickstart may need 2 GiB; end other programs first");
    }
    if (free < CIFAR_GIB) {
      return Finding.note(
          "memory",
          fact,
          "enough for the quickstart; cifar10 needs 3 GiB at batch 4: end other programs first");
    }
    return Finding.ok("memory", fact + "; cifar10 needs 3 GiB at batch 4, 7 GiB at 64");
  }

  // Bytes that the kernel could give out, caches included; its plain "free" leaves them out.
  private Optional<Double> available() {
    return lines("proc/meminfo").stream()
        .filter(line -> line.startsWith("MemAvailable:"))
        .map(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst();
  }

  private static Finding heap() {
    double gib = Runtime.getRuntime().maxMemory() / GIB;
    String fact = String.format(Locale.ROOT, "%.1f GiB for Java's own objects", gib);
    return gib >= 0.9
        ? Finding.ok("heap", fact)
        : Finding.note("heap", fact, "start with tools/couplet, or set COUPLET_JAVA_OPTS=-Xmx2g");
  }

  private static Finding disk() {
    Path here = Path.of("").toAbsolutePath();
    try {
      double gib = Files.getFileStore(here).getUsableSpace() / GIB;
      String fact = String.format(Locale.ROOT, "%.1f GiB free in %s", gib, here);
      return gib >= DISK_GIB
          ? Finding.ok("disk", fact)
          : Finding.note(
              "disk",
              fact,
              "a cifar10 run keeps about 1.3 GiB of checkpoints: free some space, or lower"
                  + " run.keep_checkpoints");
    } catch (IOException e) {
      return Finding.note("disk", "unknown in " + here + ": " + e.getMessage(), "check its access");
    }
  }

  private static Finding terminal() {
    return Finding.ok(
        "terminal",
        ErrorStream.isTerminal()
            ? "yes: progress is a bar"
            : "no: progress is a line now and then");
  }

  // Systems without such a file have nothing to say here.
  private List<String> lines(String file) {
    try {
      return new ArrayList<>(Files.readAllLines(root.resolve(file)));
    } catch (IOException e) {
      return List.of();
    }
  }
}
