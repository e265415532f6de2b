package org.couplet.fuzz;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;

/**
 * A kind of file.
 *
 * @param name of the kind
 * @param sound files that are whole
 * @param code exit code of the command that reads one of these
 * @param damage how they are damaged
 * @param reader the command that reads one
 */
record Kind(String name, List<byte[]> sound, int code, Damage damage, Reader reader) {
  Kind(String name, List<byte[]> sound, Damage damage, Reader reader) {
    this(name, sound, ExitCode.DONE, damage, reader);
  }

  /** Puts a file where a command expects it, and runs the command. */
  @FunctionalInterface
  interface Reader {
    Outcome read(Damage.Damaged input) throws Exception;
  }

  /**
   * What a command made of a file.
   *
   * @param fault what it should not have done, beside what {@link Oracle} finds
   */
  record Outcome(CommandRun run, Optional<String> fault) {}

  /** The damaged file of a seed: always the same. */
  Damage.Damaged input(long seed) {
    Random random = new Random(new SplittableRandom(seed).nextLong() ^ name.hashCode());
    return Damage.unchecked(damage, one(random), one(random), random);
  }

  private byte[] one(Random random) {
    return sound.get(random.nextInt(sound.size()));
  }
}
