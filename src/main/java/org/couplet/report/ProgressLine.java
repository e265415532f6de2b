package org.couplet.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;

/**
 * A task's progress in one line of a terminal. Where it is narrow, the bar gives way first, then
 * the task's name, the count, the percentage, the message's other words and the time left; the end
 * of the message, where the speed is, goes last.
 *
 * @param timeLeft at a number of steps done
 */
record ProgressLine(LongFunction<Optional<Duration>> timeLeft) implements ProgressBarRenderer {
  private static final String BETWEEN = "  ";
  private static final int LEAST_BAR = 12;
  private static final int MOST_BAR = 40;

  /** A part of the line; those of low rank give way first. */
  private record Part(String text, int rank) {}

  @Override
  public String render(ProgressState state, int width) {
    return render(
        state.getTaskName(), state.getCurrent(), state.getMax(), state.getExtraMessage(), width);
  }

  String render(String task, long done, long total, String message, int width) {
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(task, 0));
    parts.add(new Part(String.format(Locale.ROOT, "%3d%%", 100 * done / Math.max(1, total)), 2));
    parts.add(new Part(done + "/" + total, 1));
    String[] words = message.strip().split(" {2,}", -1);
    for (int i = 0; i < words.length; i++) {
      parts.add(new Part(words[i], i == words.length - 1 ? 5 : 3));
    }
    timeLeft
        .apply(done)
        .ifPresent(left -> parts.add(new Part(Progress.describe(left) + " left", 4)));
    parts.removeIf(part -> part.text().isEmpty());
    while (parts.size() > 1 && text(parts).length() > width) {
      parts.remove(parts.stream().min(Comparator.comparingInt(Part::rank)).orElseThrow());
    }
    int room = Math.min(MOST_BAR, width - text(parts).length() - BETWEEN.length());
    if (room >= LEAST_BAR && parts.get(0).rank() == 0) {
      parts.add(2, new Part(bar(room, (double) done / Math.max(1, total)), 0));
    }
    String line = text(parts);
    // To the full width, over what was drawn before.
    return line.length() <= width
        ? line + " ".repeat(width - line.length())
        : line.substring(0, width);
  }

  private static String text(List<Part> parts) {
    return parts.stream().map(Part::text).collect(Collectors.joining(BETWEEN));
  }

  private static String bar(int width, double share) {
    int inside = width - 2;
    int filled = (int) Math.round(inside * Math.min(1, share));
    String head = filled > 0 && filled < inside ? ">" : "";
    return "[" + "=".repeat(filled - head.length()) + head + " ".repeat(inside - filled) + "]";
  }
}
