package org.couplet.selftest;

/** A program needs kernels that are wrong on this machine. */
public final class FaultyKernelsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Report report;

  /** Of a report with faults. */
  public FaultyKernelsException(Report report) {
    super(report.describe());
    this.report = report;
  }

  /** What was found. */
  public Report report() {
    return report;
  }
}
