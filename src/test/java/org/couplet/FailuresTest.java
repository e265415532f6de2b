package org.couplet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.couplet.io.FailureException;
import org.couplet.io.InvalidInputException;
import org.couplet.selftest.Fault;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Machine;
import org.couplet.selftest.Report;
import org.junit.jupiter.api.Test;
import org.tensorflow.exceptions.TFResourceExhaustedException;

/** What the API throws is what its package promises. */
class FailuresTest {
  private static <E extends Exception> String line(Class<E> expected, Exception thrown) {
    return String.valueOf(
        assertThrows(
                expected,
                () ->
                    Failures.translated(
                        () -> {
                          if (thrown instanceof IOException e) {
                            throw e;
                          }
                          throw (RuntimeException) thrown;
                        }))
            .getMessage());
  }

  @Test
  void inputIsAnArgument() {
    assertEquals(
        "sigmas: too high",
        line(IllegalArgumentException.class, new InvalidInputException("--sigmas: too high")));
  }

  @Test
  void filesAreFiles() {
    NoSuchFileException missing = new NoSuchFileException("a.zip");
    assertEquals(
        line(IOException.class, missing),
        line(IOException.class, new UncheckedIOException(missing)));
  }

  @Test
  void workThatCanNotGoOnIsAFailure() {
    assertEquals("loss is NaN", line(CoupletException.class, new FailureException("loss is NaN")));
    assertEquals(
        "out of memory",
        line(CoupletException.class, new TFResourceExhaustedException("OOM")).split(";")[0]);
  }

  @Test
  void wrongKernelsNameTheirRemedy() {
    Report report =
        new Report(
            new Machine("A processor", Set.of("avx512f"), List.of(), "2.18.0", new TreeMap<>()),
            1,
            0,
            0,
            List.of(new Fault("conv", 1, "")),
            false);
    assertEquals(
        "start Java with ONEDNN_MAX_CPU_ISA=AVX2 in its environment",
        line(CoupletException.class, new FaultyKernelsException(report)).split("; ")[1]);
  }

  @Test
  void faultsOfCoupletStayWhatTheyAre() {
    NullPointerException fault = new NullPointerException();
    assertSame(
        fault,
        assertThrows(
            NullPointerException.class,
            () ->
                Failures.translated(
                    () -> {
                      throw fault;
                    })));
  }
}
