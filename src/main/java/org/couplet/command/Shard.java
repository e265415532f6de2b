package org.couplet.command;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.InvalidInputException;

/**
 * One of several processes that share the rows of a sampling or a measurement: {@code --shard I/N}.
 * The shards are whole batches, so that each row is computed in the batch that one process would
 * compute it in: its numbers are the same bit for bit on the same machine.
 *
 * @param index from 0, below {@code of}
 * @param of number of shards
 */
public record Shard(int index, int of) {
  /** The option. */
  public static final String OPTION = "shard";

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

  /**
   * Consecutive rows.
   *
   * @param first index of the first, from 0
   * @param count how many
   */
  public record Rows(long first, long count) {}

  /** Reads the option, if it was given. */
  public static Optional<Shard> of(CommandLine options) {
    return options.one(OPTION, Shard::parse, "I/N, such as 0/8, with I from 0 to N - 1");
  }

  private static Shard parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(text);
    }
    Shard shard = new Shard(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    if (shard.index >= shard.of) {
      throw new IllegalArgumentException(text);
    }
    return shard;
  }

  /**
   * This shard's rows. Shards differ by at most one batch.
   *
   * @param total rows of all shards, at least 1
   * @param batch rows of a batch, at least 1; the last may have fewer
   * @throws InvalidInputException if there are more shards than batches
   */
  public Rows rows(long total, int batch) {
    long batches = (total + batch - 1) / batch;
    if (of > batches) {
      throw new InvalidInputException(
          "--shard %s: %d rows make %d batch%s of %d, and a shard has at least one; give N up to %d"
              .formatted(this, total, batches, batches == 1 ? "" : "es", batch, batches));
    }
    long first = batches * index / of * batch;
    long end = Math.min(total, batches * (index + 1) / of * batch);
    return new Rows(first, end - first);
  }

  @Override
  public String toString() {
    return index + "/" + of;
  }
}
