package org.couplet.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;

/** A way to damage a file. */
@FunctionalInterface
interface Damage {
  /**
   * Damages a copy of a sound file.
   *
   * @param sound what to begin with
   * @param other another sound file of the kind, to mix in
   */
  Damaged of(byte[] sound, byte[] other, Random random) throws IOException;

  /**
   * What came out.
   *
   * @param isCoherent whether checksums were computed anew, so that no reader can see the damage
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  record Damaged(byte[] bytes, boolean isCoherent) {}

  /** Of the bytes, whatever they mean. */
  static Damage ofBytes() {
    return (sound, other, random) ->
        new Damaged(new ByteMutator(random).mutate(sound, other), false);
  }

  /** Makes checksums right again. */
  @FunctionalInterface
  interface Repair {
    byte[] repair(byte[] damaged) throws IOException;
  }

  /** The same, its checksums computed anew; as it is where the damage leaves nothing to repair. */
  default Damage repaired(Repair repair) {
    return (sound, other, random) -> {
      byte[] damaged = of(sound, other, random).bytes();
      try {
        return new Damaged(repair.repair(damaged), true);
      } catch (RuntimeException e) {
        return new Damaged(damaged, false);
      }
    };
  }

  /** One of several ways, each as likely as the others. */
  static Damage oneOf(Damage... ways) {
    return (sound, other, random) ->
        List.of(ways).get(random.nextInt(ways.length)).of(sound, other, random);
  }

  /** Of bytes, in a place where nothing can go wrong with files. */
  static Damaged unchecked(Damage damage, byte[] sound, byte[] other, Random random) {
    try {
      return damage.of(sound, other, random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
