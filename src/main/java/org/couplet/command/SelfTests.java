package org.couplet.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.inspection.KernelCall;
import org.couplet.inspection.ProgramKernels;
import org.couplet.io.ContentHash;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.couplet.loading.SavedModelGraph;
import org.couplet.program.ProgramCheck;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;
import org.couplet.selftest.SelfTest;
import org.tensorflow.proto.MetaGraphDef;

/** The numerical self-test, as commands run it before a program's first call. */
public final class SelfTests implements ProgramCheck {
  private static final String SKIP = "skip-self-test";
  // Of samples, whose number is open; kernels are checked on a few rows whatever their number.
  private static final long ROWS = 64;

  private final boolean skipped;
  private final PrintStream err;

  private SelfTests(boolean skipped, PrintStream err) {
    this.skipped = skipped;
    this.err = err;
  }

  /** Adds the option that switches it off. */
  public static CommandLine declare(CommandLine options) {
    return options.flag(SKIP, "skip the check that this machine computes the model correctly");
  }

  /** As the options say; warns where it is switched off. */
  public static SelfTests of(CommandLine options, PrintStream err) {
    return of(wanted(options, err), err);
  }

  /** Of a process that another one started. */
  public static SelfTests of(boolean wanted, PrintStream err) {
    return new SelfTests(!wanted, err);
  }

  /** Whether the options leave it on; warns where they do not. */
  public static boolean wanted(CommandLine options, PrintStream err) {
    boolean skipped = options.has(SKIP);
    if (skipped) {
      err.println(
          "warning: --skip-self-test: the model's results are not checked on this processor");
    }
    return !skipped;
  }

  /** Checks a training program: its step, and how it draws samples. */
  @Override
  public Map<String, Object> program(Path program, int threads) throws IOException {
    return check(
        program,
        Contract.TRAIN_TAG,
        threads,
        List.of(Signature.TRAIN.name(), Signature.GENERATE.name(), Signature.HEUN.name()));
  }

  @Override
  public Map<String, Object> sampling(Path model, String tag, int threads) throws IOException {
    return check(model, tag, threads, List.of(Signature.GENERATE.name(), Signature.HEUN.name()));
  }

  @Override
  public Map<String, Object> features(Path network, int threads) throws IOException {
    return features(network, Signature.FEATURES.name(), threads);
  }

  /** Checks a feature network's signature. */
  public Map<String, Object> features(Path network, String signature, int threads)
      throws IOException {
    return check(network, Contract.SERVE_TAG, threads, List.of(signature));
  }

  private Map<String, Object> check(Path model, String tag, int threads, List<String> signatures)
      throws IOException {
    if (skipped) {
      return Map.of("self_test", "skipped");
    }
    long begun = System.nanoTime();
    if (!SavedModelGraph.isIn(model)) {
      // Whoever loads it says what is missing.
      return Map.of();
    }
    Path file = SavedModelGraph.file(model);
    Report report =
        SelfTest.here(SavedModelGraph.session(threads))
            .run(ContentHash.of(file) + signatures, each -> kernels(model, tag, signatures, each));
    if (!report.faults().isEmpty()) {
      throw new FaultyKernelsException(report);
    }
    if (report.remembered() < report.right()) {
      err.printf(
          Locale.ROOT,
          "self-test: %s (%.1f s)%n",
          report.describe(),
          (System.nanoTime() - begun) / 1e9);
    }
    return facts(report);
  }

  private static ProgramKernels kernels(
      Path model, String tag, List<String> signatures, Consumer<KernelCall> each) {
    MetaGraphDef graph = SavedModelGraph.read(model, tag);
    List<String> present = signatures.stream().filter(graph::containsSignatureDef).toList();
    try {
      return ProgramKernels.of(graph, present, ROWS, each);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(model + ": " + e.getMessage(), e);
    } catch (RuntimeException | StackOverflowError e) {
      // The graph has not been through TensorFlow yet: it may break any rule.
      throw new InvalidInputException(
          "%s: the self-test can't follow the graph%s; build or export the SavedModel again, or give --skip-self-test"
              .formatted(model, e.getMessage() == null ? "" : " (" + ErrorSummary.of(e) + ")"),
          e);
    }
  }

  private static Map<String, Object> facts(Report report) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("self_test", report.describe());
    facts.put("machine", report.machine().describe());
    return facts;
  }
}
