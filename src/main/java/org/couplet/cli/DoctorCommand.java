package org.couplet.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.couplet.io.Version;

/** {@code couplet doctor}: what this machine offers, and what to do about what is missing. */
final class DoctorCommand implements Command {
  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "say what this machine offers and what to do about what is missing";
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) {
    CommandLine options =
        new CommandLine("couplet doctor [--thorough]", "couplet doctor")
            .flag("thorough", "check the operations of some 3,500 shapes: minutes");
    if (!options.parse(arguments, out)) {
      return Cli.DONE;
    }
    boolean thorough = options.has("thorough");
    if (thorough) {
      err.println("couplet doctor: checking operations of many shapes; this takes minutes");
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.ok("couplet", Version.describe()));
    findings.addAll(new MachineProbe(Path.of("/")).findings());
    findings.addAll(new TensorFlowProbe(Path.of("/")).findings());
    if (findings.stream().noneMatch(finding -> finding.mark() == Finding.Mark.MISSING)) {
      findings.addAll(new NumbersProbe(thorough).findings());
    }
    print(findings, out);
    return Cli.DONE;
  }

  /** Prints findings in columns, each with its advice below it, and a summary. */
  static void print(List<Finding> findings, PrintStream out) {
    int width = findings.stream().mapToInt(finding -> finding.topic().length()).max().orElse(1);
    for (Finding finding : findings) {
      String mark = finding.mark().name().toLowerCase(Locale.ROOT);
      out.printf("%-8s %-" + width + "s  %s%n", mark, finding.topic(), finding.fact());
      if (finding.advice() != null) {
        out.println(" ".repeat(8 + 1 + width + 2) + "-> " + finding.advice());
      }
    }
    List<String> missing =
        findings.stream()
            .filter(finding -> finding.mark() == Finding.Mark.MISSING)
            .map(Finding::topic)
            .toList();
    out.println();
    out.println(
        missing.isEmpty()
            ? "Nothing is missing: Couplet can train here."
            : "Missing: " + String.join(", ", missing) + ".");
  }
}
