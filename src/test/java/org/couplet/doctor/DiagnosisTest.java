package org.couplet.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.couplet.selftest.Fault;
import org.couplet.selftest.Machine;
import org.couplet.selftest.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.TensorFlow;

class DiagnosisTest {
  private static final List<String> SHOWN_CACHES = List.of("L2 Unified 1024K");

  private final Path root;

  DiagnosisTest(@TempDir Path root) {
    this.root = root;
  }

  @Test
  void itExaminesThisMachineAndCompilesAFunction() {
    String report = printed(out -> Diagnosis.of(false).print(out));
    assertTrue(report.contains(TensorFlow.version()), report);
    assertTrue(report.contains(System.getProperty("java.version")), report);
    assertTrue(report.contains("compiles and runs a function here"), report);
    assertTrue(report.contains("Nothing is missing"), report);
  }

  @Test
  void factsStandInOneColumnWithAdviceBelow() {
    List<Finding> findings =
        List.of(Finding.ok("a", "well"), Finding.missing("library", "gone", "bring it back"));
    String expected =
        """
        ok       a        well
        missing  library  gone
                          -> bring it back

        Missing: library.
        """;
    assertEquals(expected, printed(out -> new Diagnosis(findings).print(out)));
  }

  @Test
  void aProcessorWithoutAvx2IsNoted() throws IOException {
    write(
        "proc/cpuinfo", "processor : 0\nmodel name : Old One\ncpu MHz : 2000.0\nflags : sse sse2");
    assertEquals("Old One", machine("processor").fact());
    assertEquals(Finding.Mark.NOTE, machine("instructions").mark());
  }

  @Test
  void peakIsCoresTimesClockTimesTheVectorUnits() throws IOException {
    write("proc/cpuinfo", "processor : 0\ncpu MHz : 1000.0\nflags : avx2 fma avx512f");
    int both = 64 * Runtime.getRuntime().availableProcessors();
    assertTrue(machine("cores").fact().contains("about " + both + " GFLOP/s"));
    write("proc/cpuinfo", "processor : 0\ncpu MHz : 1000.0\nflags : avx2 fma");
    int cores = Runtime.getRuntime().availableProcessors();
    String fact = machine("cores").fact();
    assertTrue(fact.contains("about " + 32 * cores + " GFLOP/s"), fact);
  }

  @Test
  void bfloat16IsRecommendedOnlyWhereItsNumbersAreRight() {
    List<Fault> one = List.of(new Fault("Conv2D bfloat16 [1,8,8,3]", 0.5, ""));
    String advised = "faster with runtime.precision=BFLOAT16";
    assertTrue(numbers(List.of(), SHOWN_CACHES, false).contains(advised));
    // What such machines compute in bfloat16 differs from call to call.
    assertFalse(numbers(List.of(), List.of(), false).contains(advised));
    String wrong = numbers(one, SHOWN_CACHES, false);
    assertFalse(wrong.contains("BFLOAT16"), wrong);
    assertTrue(wrong.contains("runtime.precision=FLOAT32"), wrong);
  }

  @Test
  void instructionsForBfloat16AreNoRecommendation() throws IOException {
    write("proc/cpuinfo", "processor : 0\nflags : avx2 fma avx512f avx512_bf16");
    assertEquals("avx2 avx512_bf16 avx512f fma", machine("instructions").fact());
  }

  @Test
  void wrongOperationsAreCountedAndTheFirstOfThemNamedOneALine() {
    List<Fault> many =
        IntStream.range(0, 50)
            .mapToObj(size -> new Fault("Conv2D bfloat16 [1,%d,8,3]".formatted(size), 0.5, ""))
            .toList();
    List<String> lines = numbers(many, SHOWN_CACHES, false).lines().toList();
    assertTrue(lines.get(0).endsWith("50 of 60 operations wrong:"), lines.get(0));
    assertEquals(
        "Conv2D bfloat16 [1,0,8,3]: wrong by 0.50 times the values' size", lines.get(1).strip());
    assertEquals("and 47 more; couplet doctor --thorough lists all it finds", lines.get(4).strip());
    assertTrue(lines.stream().allMatch(line -> line.length() < 120), lines.toString());
    assertEquals(50, numbers(many, SHOWN_CACHES, true).split("Conv2D", -1).length - 1);
  }

  /** What is printed of bfloat16's numbers, of which 10 are right. */
  private static String numbers(List<Fault> faults, List<String> caches, boolean thorough) {
    Machine machine = new Machine("a processor", Set.of(), caches, "2", new TreeMap<>());
    Report report = new Report(machine, 10, 0, 0, faults, true);
    Finding finding = new NumbersProbe(thorough).finding("bfloat16", report);
    return printed(out -> new Diagnosis(List.of(finding)).print(out));
  }

  @Test
  void zen4TakesAvx512AtHalfRate() throws IOException {
    String cpu = "processor : 0\nvendor_id : %s\ncpu family : 25\ncpu MHz : 1000.0\nflags : ";
    write("proc/cpuinfo", cpu.formatted("AuthenticAMD") + "avx2 fma avx512f");
    int cores = Runtime.getRuntime().availableProcessors();
    assertTrue(
        machine("cores")
            .fact()
            .endsWith(32 * cores + " GFLOP/s float32 at that clock, with AVX-512 at half rate"));
    write("proc/cpuinfo", cpu.formatted("GenuineIntel") + "avx2 fma avx512f");
    assertTrue(
        machine("cores")
            .fact()
            .endsWith(64 * cores + " GFLOP/s float32 at that clock, with AVX-512"));
  }

  @Test
  void withheldCoresAreNoted() throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    write("proc/cpuinfo", "processor : 0\n".repeat(cores + 1));
    Finding finding = machine("cores");
    assertEquals(Finding.Mark.NOTE, finding.mark());
    assertTrue(finding.fact().contains("the machine has " + (cores + 1)), finding.fact());
  }

  @Test
  void littleFreeMemoryIsNoted() throws IOException {
    write("proc/meminfo", "MemAvailable:   1048576 kB");
    Finding finding = machine("memory");
    assertEquals(Finding.Mark.NOTE, finding.mark());
    assertTrue(finding.fact().contains("1.0 GiB of it free"), finding.fact());
  }

  @Test
  void aDriverWithoutTheGpuLibraryGetsTheBuildsArgument() throws IOException {
    write("proc/driver/nvidia/version", "NVRM");
    Finding finding = new TensorFlowProbe(root).gpus(false, List.of());
    assertTrue(finding.advice().orElseThrow().contains("-Pgpu"), finding.toString());
  }

  @Test
  void missingCudaLibrariesAreNamed() throws IOException {
    write("proc/driver/nvidia/version", "NVRM");
    write("etc/ld.so.cache", "libcudart.so.12\0libcublas.so.12\0libcufft.so.11\0");
    String fact = new TensorFlowProbe(root).gpus(true, List.of()).fact();
    assertTrue(fact.contains("libcublasLt.so.12") && fact.contains("libcudnn.so.9"), fact);
    assertTrue(!fact.contains("libcudart") && !fact.contains("libcufft"), fact);
  }

  @Test
  void aSeenGpuNeedsNoAdvice() {
    Finding finding = new TensorFlowProbe(root).gpus(true, List.of("GPU with 8.0 GiB"));
    assertEquals(Finding.Mark.OK, finding.mark());
    assertEquals(Optional.empty(), finding.advice());
  }

  @Test
  void oneDnnSwitchedOffIsNoted() {
    assertEquals(Finding.Mark.NOTE, TensorFlowProbe.oneDnn("0").mark());
    assertEquals(Finding.Mark.OK, TensorFlowProbe.oneDnn("1").mark());
    assertEquals(Finding.Mark.OK, TensorFlowProbe.oneDnn(null).mark());
  }

  @Test
  void aPreloadedAllocatorIsNamed() throws IOException {
    TensorFlowProbe probe = new TensorFlowProbe(root);
    assertTrue(probe.allocator(Map.of()).fact().startsWith("the C library's"));
    write(
        "proc/self/maps", "7f0-7f1 r-xp 0 fe:00 9 /usr/lib/libtcmalloc.so.4.5.10\n7f1-7f2 rw-p 0");
    Finding finding = probe.allocator(Map.of("TF_ENABLE_ONEDNN_OPTS", "1"));
    assertTrue(finding.fact().startsWith("libtcmalloc.so.4.5.10"), finding.toString());
    assertEquals(Finding.Mark.OK, finding.mark());
  }

  @ParameterizedTest
  @CsvSource({"TF_ENABLE_ONEDNN_OPTS,0", "TF_ONEDNN_USE_SYSTEM_ALLOCATOR,True"})
  void tensorsOutsideTensorFlowsOwnPoolAreNoted(String variable, String value) {
    Finding finding = new TensorFlowProbe(root).allocator(Map.of(variable, value));
    assertEquals(Finding.Mark.NOTE, finding.mark());
    assertTrue(finding.advice().orElseThrow().contains(variable), finding.toString());
  }

  @Test
  void boundedNativeMemoryIsNoted() {
    assertEquals(Finding.Mark.OK, TensorFlowProbe.nativeMemory(0).mark());
    assertEquals("bounded at 2.0 GiB", TensorFlowProbe.nativeMemory(1L << 31).fact());
  }

  private Finding machine(String topic) {
    return new MachineProbe(root)
        .findings().stream()
            .filter(finding -> finding.topic().equals(topic))
            .findFirst()
            .orElseThrow();
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private interface Printing {
    void to(PrintStream out);
  }

  private static String printed(Printing printing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    printing.to(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
