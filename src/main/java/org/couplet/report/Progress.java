package org.couplet.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.couplet.io.ErrorStream;
import org.couplet.io.PlainLine;
import org.jspecify.annotations.Nullable;

/**
 * How far a long task is: a bar on a terminal, and elsewhere (a log file, a pipe) only the lines
 * the task asks for.
 */
public final class Progress implements AutoCloseable {
  private static final int REDRAW_MILLIS = 500;
  private static final long LEAST_LINE_NANOS = 5_000_000_000L;

  private final String task;
  private final PrintStream err;
  private final long start;
  private final long total;
  private final LongSupplier nanoTime;
  private final @Nullable ConsoleProgressBarConsumer console;
  private final @Nullable ProgressBar bar;
  // Written by the task, read by the bar's own thread. The speed is measured from the end of the
  // first report on: until then graphs are compiled and caches filled.
  private volatile long done;
  private volatile long measuredFrom;
  private volatile long measuredSince;
  private volatile OptionalLong expectedEnd = OptionalLong.empty();
  private long lastLine;

  /**
   * Starts a task.
   *
   * @param task what is being done, a word or two
   * @param total number of steps, at least 1
   * @param err where to draw or print
   */
  public Progress(String task, long total, PrintStream err) {
    this(task, 0, total, err);
  }

  /**
   * Goes on with a task.
   *
   * @param start steps done before, which count for the bar but not for the speed
   */
  public Progress(String task, long start, long total, PrintStream err) {
    this(task, start, total, err, ErrorStream.isTerminal(), System::nanoTime);
  }

  Progress(
      String task,
      long start,
      long total,
      PrintStream err,
      boolean terminal,
      LongSupplier nanoTime) {
    this.task = task;
    this.err = err;
    this.start = start;
    this.done = start;
    this.measuredFrom = start;
    this.total = total;
    this.nanoTime = nanoTime;
    this.lastLine = nanoTime.getAsLong();
    this.console = terminal ? new ConsoleProgressBarConsumer(err) : null;
    this.bar =
        console == null
            ? null
            : new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(start, Duration.ZERO)
                .setConsumer(console)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setRenderer(new ProgressLine(this::timeLeft))
                .build();
  }

  /**
   * Reports how far the task is.
   *
   * @param n steps done, those before this session included
   * @param message what else to show beside the bar, such as {@code loss 1.234 210 images/s}
   */
  public void stepTo(long n, String message) {
    if (done == start) {
      measuredSince = nanoTime.getAsLong();
      measuredFrom = n;
    }
    done = n;
    if (bar != null) {
      bar.setExtraMessage(" " + message);
      bar.stepTo(n);
    }
  }

  /** Takes the task's own word for the time left, where it knows better than by its speed. */
  public void expect(Duration left) {
    expectedEnd = OptionalLong.of(nanoTime.getAsLong() + left.toNanos());
  }

  /**
   * As {@link #stepTo}, for tasks without lines of their own: where there is no bar, a line comes
   * at each tenth of the whole, but not more than one in five seconds.
   */
  public void passTo(long n, String message) {
    long tenthBefore = done * 10 / total;
    stepTo(n, message);
    long now = nanoTime.getAsLong();
    if (bar == null && n * 10 / total > tenthBefore && now - lastLine > LEAST_LINE_NANOS) {
      lastLine = now;
      String left = timeLeft().map(time -> "  " + describe(time) + " left").orElse("");
      line(task + " " + n + "/" + total + "  " + message + left);
    }
  }

  /** Prints a line that stays: above the bar on a terminal, else as it is. */
  public void line(String text) {
    if (console == null) {
      err.println(text);
    } else {
      // Over the bar, to its full width; the bar draws itself again below.
      String plain = PlainLine.of(text);
      int blanks = Math.max(0, console.getMaxRenderedLength() - plain.length());
      err.print("\r" + plain + " ".repeat(blanks) + System.lineSeparator());
    }
  }

  /**
   * Time the rest will take at this session's speed, or as the task expects it. The first report's
   * steps, slow as they are, don't count; before the second it is empty.
   */
  public Optional<Duration> timeLeft() {
    return timeLeft(done);
  }

  /** Draws the bar a last time and leaves it; prints nothing elsewhere. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  /** A duration in its two leading units: {@code 2 d 03 h}, {@code 1 h 02 min}, {@code 5 s}. */
  public static String describe(Duration duration) {
    long seconds = Math.max(0, Math.round(duration.toMillis() / 1e3));
    long minutes = seconds / 60;
    long hours = minutes / 60;
    if (hours >= 24) {
      return "%d d %02d h".formatted(hours / 24, hours % 24);
    }
    if (hours > 0) {
      return "%d h %02d min".formatted(hours, minutes % 60);
    }
    return minutes > 0
        ? "%d min %02d s".formatted(minutes, seconds % 60)
        : "%d s".formatted(seconds);
  }

  private Optional<Duration> timeLeft(long now) {
    if (expectedEnd.isPresent()) {
      long left = expectedEnd.getAsLong() - nanoTime.getAsLong();
      return Optional.of(Duration.ofNanos(Math.max(0, left)));
    }
    long from = measuredFrom;
    if (from == start || now <= from) {
      return Optional.empty();
    }
    double nanosPerStep = (double) (nanoTime.getAsLong() - measuredSince) / (now - from);
    return Optional.of(Duration.ofNanos((long) (nanosPerStep * Math.max(0, total - now))));
  }
}
