package org.couplet.selftest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.inspection.KernelCall;
import org.couplet.inspection.ProgramKernels;
import org.couplet.io.AtomicFile;
import org.couplet.io.BackgroundTasks;
import org.couplet.io.ContentHash;
import org.couplet.io.UserCache;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;

/**
 * Checks kernels and remembers the verdicts in the user's cache, by machine: a second start pays
 * nothing.
 *
 * <pre>
 * Report report =
 *     SelfTest.here(config)
 *         .run(
 *             ContentHash.of(savedModel),
 *             each -&gt; ProgramKernels.of(graph, List.of("train"), 64, each));
 * if (!report.faults().isEmpty()) {
 *   throw new FaultyKernelsException(report);
 * }
 * </pre>
 */
public final class SelfTest {
  // To be raised when calls are checked in another way.
  private static final String FORMAT = "self-test 2";
  // Characters of a hash in a name: 64 bits.
  private static final int HASH = 16;
  private static final String RIGHT = "right ";
  private static final Pattern PROGRAM = Pattern.compile("program (\\d{1,9}) (\\d{1,9})");
  private static final String WRONG = "wrong ";

  private final Machine machine;
  private final Path file;
  private final KernelCheck check;

  /**
   * A test on a machine.
   *
   * @param cache folder of the remembered verdicts
   */
  SelfTest(Machine machine, Path cache, KernelCheck check) {
    this.machine = machine;
    this.file =
        cache.resolve(
            "self-test-"
                + ContentHash.of(FORMAT + "\n" + machine.key()).substring(0, HASH)
                + ".txt");
    this.check = check;
  }

  /**
   * On the machine at hand, with the user's cache.
   *
   * @param config of the sessions that the program will run in
   */
  public static SelfTest here(ConfigProto config) {
    return new SelfTest(Machine.here(), UserCache.folder(), KernelCheck.of(config));
  }

  /**
   * Checks a program, unless it was found right before.
   *
   * @param program a hash that identifies it
   * @param kernels finds what it calls and hands out each call at once, as {@link
   *     ProgramKernels#of} does; asked where nothing is remembered
   */
  public Report run(String program, Function<Consumer<KernelCall>, ProgramKernels> kernels) {
    Map<String, String> known = read();
    Matcher verdict = PROGRAM.matcher(String.valueOf(known.get(program)));
    if (verdict.matches()) {
      int right = Integer.parseInt(verdict.group(1));
      int unchecked = Integer.parseInt(verdict.group(2));
      return new Report(machine, right, right, unchecked, List.of(), false);
    }
    Report report;
    try (Verdicts verdicts = new Verdicts(known)) {
      // TensorFlow's first session takes long: it begins while the program is read.
      verdicts.ask(ShapeGrid.smallest());
      // Finding the calls takes about as long as checking them.
      ProgramKernels found = kernels.apply(verdicts::ask);
      found.calls().forEach(verdicts::ask);
      report = report(found.calls(), found.unchecked(), verdicts);
    }
    if (report.faults().isEmpty()) {
      known.put(program, "program %d %d".formatted(report.right(), report.unchecked()));
    }
    write(known);
    return report;
  }

  /**
   * Checks calls, but for those whose verdicts are known.
   *
   * @param calls distinct
   * @param uncheckable how many more could not be found out
   */
  public Report run(List<KernelCall> calls, int uncheckable) {
    Map<String, String> known = read();
    int before = known.size();
    Report report;
    try (Verdicts verdicts = new Verdicts(known)) {
      calls.forEach(verdicts::ask);
      report = report(calls, uncheckable, verdicts);
    }
    if (known.size() > before) {
      write(known);
    }
    return report;
  }

  private Report report(List<KernelCall> calls, int uncheckable, Verdicts verdicts) {
    List<KernelCall> checkable = calls.stream().filter(KernelCheck::covers).toList();
    verdicts.await();
    long remembered =
        checkable.stream().filter(call -> !verdicts.asked.contains(call.describe())).count();
    List<Fault> faults = new ArrayList<>();
    for (KernelCall call : checkable) {
      String verdict = String.valueOf(verdicts.known.get(call.describe()));
      if (!verdict.equals(RIGHT)) {
        faults.add(fault(call.describe(), verdict));
      }
    }
    return new Report(
        machine,
        checkable.size() - faults.size(),
        Math.toIntExact(remembered),
        uncheckable + calls.size() - checkable.size(),
        faults,
        checkable.stream().anyMatch(call -> call.type() == DataType.DT_BFLOAT16));
  }

  /** Verdicts that are known, and others while they are found out. */
  private final class Verdicts implements AutoCloseable {
    private final Map<String, String> known;
    private final Set<String> asked = new LinkedHashSet<>();
    // Much of the time goes to drawing inputs and to starting sessions, on one core each.
    private final BackgroundTasks<String, RuntimeException> checks =
        new BackgroundTasks<>(
            "self-test", Runtime.getRuntime().availableProcessors(), verdict -> {});

    /** Adds to the known ones what is found out. */
    Verdicts(Map<String, String> known) {
      this.known = known;
    }

    /** Begins to check a call, unless its verdict is known or it can't be checked. */
    void ask(KernelCall call) {
      String name = call.describe();
      if (KernelCheck.covers(call) && !known.containsKey(name) && asked.add(name)) {
        checks.begin(() -> verdict(call));
      }
    }

    /** Waits for all verdicts. */
    void await() {
      asked.forEach(name -> known.put(name, checks.take()));
    }

    @Override
    public void close() {
      checks.close();
    }
  }

  // RIGHT, or WRONG with the error or the reason.
  private String verdict(KernelCall call) {
    if (call.type() == DataType.DT_BFLOAT16 && machine.abortsOnBfloat16()) {
      return WRONG + "oneDNN is held to older instructions, with which bfloat16 ends the process";
    }
    KernelCheck.Verdict verdict = check.check(call);
    if (verdict.isRight()) {
      return RIGHT;
    }
    return WRONG + (verdict.failure().isEmpty() ? verdict.error() : verdict.failure().strip());
  }

  private static Fault fault(String name, String verdict) {
    String why = verdict.substring(WRONG.length());
    try {
      return new Fault(name, Double.parseDouble(why), "");
    } catch (NumberFormatException e) {
      return new Fault(name, Double.POSITIVE_INFINITY, why);
    }
  }

  // A verdict a line: "right OPERATION", "wrong OPERATION: WHY", or of a whole program "program
  // RIGHT UNCHECKED: HASH".
  private Map<String, String> read() {
    Map<String, String> known = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        int colon = line.indexOf(": ");
        if (line.startsWith(RIGHT)) {
          known.put(line.substring(RIGHT.length()), RIGHT);
        } else if (line.startsWith(WRONG) && colon > 0) {
          known.put(line.substring(WRONG.length(), colon), WRONG + line.substring(colon + 2));
        } else if (colon > 0 && PROGRAM.matcher(line.substring(0, colon)).matches()) {
          known.put(line.substring(colon + 2), line.substring(0, colon));
        }
      }
    } catch (IOException e) {
      // Nothing is remembered: it is tested.
    }
    return known;
  }

  private void write(Map<String, String> found) {
    // Another process may have written meanwhile.
    Map<String, String> known = read();
    known.putAll(found);
    StringBuilder text = new StringBuilder();
    text.append("# ").append(machine.key().replace("\n", "\n# ")).append('\n');
    known.forEach(
        (name, verdict) ->
            text.append(
                verdict.equals(RIGHT)
                    ? RIGHT + name + "\n"
                    : verdict.startsWith(WRONG)
                        ? WRONG + name + ": " + verdict.substring(WRONG.length()) + "\n"
                        : verdict + ": " + name + "\n"));
    try {
      AtomicFile.write(file, text.toString());
    } catch (IOException e) {
      // It is tested again next time.
    }
  }
}
