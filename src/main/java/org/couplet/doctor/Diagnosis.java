package org.couplet.doctor;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.couplet.io.Version;

/**
 * What this machine offers for training.
 *
 * @param findings in the order they are printed
 */
public record Diagnosis(List<Finding> findings) {
  /**
   * Examines this machine.
   *
   * @param thorough whether the operations of many shapes are checked, which takes minutes, and all
   *     that are wrong are listed
   */
  public static Diagnosis of(boolean thorough) {
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.ok("couplet", Version.describe()));
    findings.addAll(new MachineProbe(Path.of("/")).findings());
    findings.addAll(new TensorFlowProbe(Path.of("/")).findings());
    if (findings.stream().noneMatch(finding -> finding.mark() == Finding.Mark.MISSING)) {
      findings.addAll(new NumbersProbe(thorough).findings());
    }
    return new Diagnosis(findings);
  }

  /** Prints the findings in columns, each with its details and advice below it, and a summary. */
  public void print(PrintStream out) {
    int width = findings.stream().mapToInt(finding -> finding.topic().length()).max().orElse(1);
    for (Finding finding : findings) {
      String mark = finding.mark().name().toLowerCase(Locale.ROOT);
      out.printf("%-8s %-" + width + "s  %s%n", mark, finding.topic(), finding.fact());
      String indent = " ".repeat(8 + 1 + width + 2);
      finding.details().forEach(detail -> out.println(indent + detail));
      finding.advice().ifPresent(advice -> out.println(indent + "-> " + advice));
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
