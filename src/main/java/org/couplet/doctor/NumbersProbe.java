package org.couplet.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.couplet.inspection.KernelCall;
import org.couplet.io.Invocation;
import org.couplet.loading.SavedModelGraph;
import org.couplet.selftest.Fault;
import org.couplet.selftest.Machine;
import org.couplet.selftest.Report;
import org.couplet.selftest.SelfTest;
import org.couplet.selftest.ShapeGrid;
import org.tensorflow.proto.DataType;

/**
 * Whether TensorFlow computes right numbers here, for a grid of shapes.
 *
 * @param thorough whether the grid is the large one, and all wrong operations are listed
 */
record NumbersProbe(boolean thorough) {
  private static final Set<String> BFLOAT16 = Set.of("avx512_bf16", "amx_bf16");
  private static final int SHOWN = 3;

  List<Finding> findings() {
    Machine machine = Machine.here();
    List<Finding> findings = new ArrayList<>();
    findings.add(
        machine.hidesCaches()
            ? Finding.note(
                "caches",
                "hidden, as in some virtual machines",
                "some of oneDNN's kernels are wrong on such machines, see below; training takes up"
                    + " to half as long again")
            : Finding.ok("caches", String.join(", ", machine.caches())));
    findings.add(finding("float32", run(DataType.DT_FLOAT)));
    if (BFLOAT16.stream().anyMatch(machine.flags()::contains)) {
      findings.add(finding("bfloat16", run(DataType.DT_BFLOAT16)));
    } else {
      findings.add(
          Finding.ok(
              "bfloat16 numbers", "not checked: no instructions for it; keep to float32 here"));
    }
    return findings;
  }

  private Report run(DataType type) {
    List<KernelCall> calls = thorough ? ShapeGrid.many(type) : ShapeGrid.few(type);
    return SelfTest.here(SavedModelGraph.session(0)).run(calls, 0);
  }

  /** What a report means. bfloat16 is only recommended where it is right. */
  Finding finding(String type, Report report) {
    String topic = type + " numbers";
    if (report.faults().isEmpty()) {
      return Finding.ok(
          topic,
          report.describe()
              + (report.bfloat16() && !report.machine().hidesCaches()
                  ? "; large networks may be faster with runtime.precision=BFLOAT16 here"
                  : ""));
    }
    int wrong = report.faults().size();
    List<String> details =
        report.faults().stream()
            .limit(thorough ? wrong : SHOWN)
            .map(Fault::describe)
            .collect(Collectors.toCollection(ArrayList::new));
    if (details.size() < wrong) {
      details.add(
          "and %d more; %s lists all it finds"
              .formatted(
                  wrong - details.size(), Invocation.ofProcess().line("doctor", "--thorough")));
    }
    return new Finding(
        Finding.Mark.NOTE,
        topic,
        "%d of %d operations wrong:".formatted(wrong, report.right() + wrong),
        details,
        Optional.of(advice(report)));
  }

  private static String advice(Report report) {
    boolean avoided =
        report.faults().stream()
            .allMatch(fault -> fault.operation().startsWith("Conv2DBackpropInput"));
    if (avoided) {
      return "programs of this version do without these operations";
    }
    return report.bfloat16()
        ? "train with runtime.precision=FLOAT32 here"
        : "a program that needs one of them starts with "
            + report.remedy().map(Report.Remedy::toString).orElse("an error");
  }
}
