package org.couplet.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.couplet.inspection.KernelCall;
import org.couplet.inspection.ProgramKernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

class SelfTestTest {
  private static final KernelCheck SOUND = KernelCheck.of(ConfigProto.getDefaultInstance());
  // Takes the gradient by the image for 1.5 times itself, as a falsified graph would.
  private static final KernelCheck FALSIFIED =
      new KernelCheck(
          ConfigProto.getDefaultInstance(),
          (tf, call, inputs) -> {
            var right = KernelCheck.operation(tf, call, inputs);
            return call.op().equals("Conv2DBackpropInput")
                ? tf.math.mul(right.expect(TFloat32.class), tf.constant(1.5f)).asOutput()
                : right;
          });
  private static final List<KernelCall> CALLS = ShapeGrid.few(DataType.DT_FLOAT).subList(0, 8);

  private final Path cache;

  SelfTestTest(@TempDir Path cache) {
    this.cache = cache;
  }

  @Test
  void verdictsAreRemembered() {
    Report first = test(machine(Map.of()), SOUND).run(CALLS, 2);
    assertEquals(List.of(CALLS.size(), 0, 2), List.of(right(first), first.remembered(), 2));
    // Whoever is asked again would find faults.
    Report second = test(machine(Map.of()), FALSIFIED).run(CALLS, 2);
    assertEquals(List.of(CALLS.size(), CALLS.size()), List.of(right(second), second.remembered()));
  }

  @Test
  void aFalsifiedGradientIsFoundAndRemembered() {
    for (int i = 0; i < 2; i++) {
      Report report = test(machine(Map.of()), i == 0 ? FALSIFIED : SOUND).run(CALLS, 0);
      assertEquals(2, report.faults().size());
      for (Fault fault : report.faults()) {
        assertTrue(fault.operation().startsWith("Conv2DBackpropInput float32"), fault.toString());
        assertTrue(fault.error() > 0.3, fault.toString());
      }
      assertEquals(i * CALLS.size(), report.remembered());
    }
  }

  @Test
  void verdictsHoldForOneMachineAndItsEnvironment() {
    test(machine(Map.of()), FALSIFIED).run(CALLS, 0);
    Machine held = machine(Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));
    Report report = test(held, SOUND).run(CALLS, 0);
    assertEquals(List.of(), report.faults());
    assertEquals(0, report.remembered());
  }

  @Test
  void aProgramThatWasRightIsNotLookedAtAgain() {
    SelfTest test = test(machine(Map.of()), SOUND);
    ProgramKernels kernels = new ProgramKernels(CALLS, 0, 1, Optional.of("a"));
    assertEquals(CALLS.size(), right(test.run("hash", each -> kernels)));
    Report again =
        test.run(
            "hash",
            each -> {
              throw new AssertionError("looked at again");
            });
    assertEquals(List.of(CALLS.size(), 1), List.of(right(again), again.unchecked()));
  }

  @Test
  void callsAreCheckedWhileOthersAreStillLookedFor() {
    CountDownLatch checked = new CountDownLatch(1);
    KernelCheck check =
        new KernelCheck(
            SOUND.config(),
            (tf, call, inputs) -> {
              if (call.describe().equals(CALLS.get(0).describe())) {
                checked.countDown();
              }
              return KernelCheck.operation(tf, call, inputs);
            });
    Report report =
        test(machine(Map.of()), check)
            .run(
                "hash",
                each -> {
                  each.accept(CALLS.get(0));
                  assertTrue(await(checked), "the first call waits for the last");
                  return new ProgramKernels(CALLS, 0, 0, Optional.empty());
                });
    assertEquals(CALLS.size(), right(report));
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDamagedMemoryIsNoMemory() throws IOException {
    test(machine(Map.of()), SOUND).run(CALLS, 0);
    try (var files = Files.list(cache)) {
      for (Path file : files.toList()) {
        Files.writeString(file, "right\nwrong\n\u0000\nprogram 5 x: hash\n");
      }
    }
    Report report = test(machine(Map.of()), SOUND).run(CALLS, 0);
    assertEquals(List.of(CALLS.size(), 0), List.of(right(report), report.remembered()));
  }

  @Test
  void whereNothingCanBeKeptItTestsAnew() throws IOException {
    Path file = cache.resolve("file");
    Files.writeString(file, "");
    for (int i = 0; i < 2; i++) {
      Report report = new SelfTest(machine(Map.of()), file.resolve("folder"), SOUND).run(CALLS, 0);
      assertEquals(List.of(CALLS.size(), 0), List.of(right(report), report.remembered()));
    }
  }

  // What would end the process is not tried.
  @Test
  void bfloat16IsRefusedWhereItWouldAbort() {
    Machine held = machine(Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));
    KernelCheck never =
        new KernelCheck(
            ConfigProto.getDefaultInstance(),
            (tf, call, inputs) -> {
              throw new AssertionError("tried");
            });
    List<KernelCall> calls = ShapeGrid.few(DataType.DT_BFLOAT16).subList(0, 2);
    Report report = test(held, never).run(calls, 0);
    assertEquals(2, report.faults().size());
    assertEquals(Optional.empty(), report.remedy());
    assertFalse(machine(Map.of()).abortsOnBfloat16());
    assertFalse(machine(Map.of("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")).abortsOnBfloat16());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none, none, false, ONEDNN_MAX_CPU_ISA=AVX2",
        "AVX2, none, false, TF_ENABLE_ONEDNN_OPTS=0",
        "AVX2, 0, false, none",
        "none, none, true, none"
      })
  void everyFaultHasTheNextRemedyOrNone(
      String held, String oneDnn, boolean bfloat16, String remedy) {
    Map<String, String> environment = new TreeMap<>();
    Optional.ofNullable(held).ifPresent(value -> environment.put("ONEDNN_MAX_CPU_ISA", value));
    Optional.ofNullable(oneDnn).ifPresent(value -> environment.put("TF_ENABLE_ONEDNN_OPTS", value));
    Report report =
        new Report(machine(environment), 1, 0, 0, List.of(new Fault("a", 1, "")), bfloat16);
    assertEquals(Optional.ofNullable(remedy), report.remedy().map(Report.Remedy::toString));
  }

  @Test
  void aMachineIsReadFromTheSystem(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("proc"));
    Files.writeString(
        root.resolve("proc/cpuinfo"), "model name\t: A processor\nflags\t\t: fpu avx2\n");
    Machine hidden = Machine.read(root, Map.of("HOME", "/", "ONEDNN_VERBOSE", "1"));
    assertTrue(hidden.hidesCaches());
    assertEquals("A processor", hidden.processor());
    assertEquals(Set.of("fpu", "avx2"), hidden.flags());
    assertEquals(Map.of("ONEDNN_VERBOSE", "1"), hidden.environment());
    Path first = root.resolve("sys/devices/system/cpu/cpu0/cache/index0");
    Files.createDirectories(first);
    for (Map.Entry<String, String> value :
        Map.of("level", "1\n", "type", "Data\n", "size", "32K\n").entrySet()) {
      Files.writeString(first.resolve(value.getKey()), value.getValue());
    }
    Machine seen = Machine.read(root, Map.of());
    assertEquals(List.of("L1 Data 32K"), seen.caches());
    List<String> keys = new ArrayList<>(List.of(hidden.key(), seen.key()));
    assertEquals(2, Set.copyOf(keys).size());
  }

  private SelfTest test(Machine machine, KernelCheck check) {
    return new SelfTest(machine, cache, check);
  }

  private static int right(Report report) {
    return report.right();
  }

  private static Machine machine(Map<String, String> environment) {
    return new Machine(
        "A processor",
        Set.of("avx2", "avx512f", "avx512_bf16"),
        List.of(),
        "2.18.0",
        new TreeMap<>(environment));
  }
}
