package org.couplet.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes bytes in the ways that disks, networks, editors and enemies do. */
final class ByteMutator {
  private static final int MOST_CHANGES = 4;
  private static final int ENDS = 64;
  private static final int MOST_BYTES = 1 << 20;
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x10000,
    1000,
    46_341,
    1 << 24,
    Integer.MAX_VALUE,
    1L << 31,
    0xffff_ffffL,
    1L << 32,
    0xf000_000eL,
    1L << 40,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  /** Words that readers of text may stumble over. */
  private static final List<String> WORDS =
      List.of(
          "0",
          "-1",
          "1",
          "2147483647",
          "2147483648",
          "-2147483649",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999",
          "1e999",
          "1e-999",
          "NaN",
          "-Infinity",
          "inf",
          "0x10",
          "1.2.3",
          "1 2",
          "01",
          "1e9",
          "true",
          "null",
          "\"\"",
          "''",
          "{}",
          "[]",
          "[",
          "]",
          "{",
          "}",
          "<",
          ">",
          "\"",
          "'",
          "\\",
          "\\u0000",
          "\\777",
          ":",
          ",",
          ";",
          "#",
          "\n",
          "\r",
          "\u0000",
          "\u001b[31m",
          "\u202e",
          "\ud83d\ude00",
          "%s%n",
          "..",
          "/",
          "~",
          "*",
          "step-99999999999999999999",
          "[couplet.x]: 1");

  private final Random random;

  ByteMutator(Random random) {
    this.random = random;
  }

  /** Some changes to a copy, mostly one. */
  byte[] mutate(byte[] sound, byte[] other) {
    byte[] bytes = sound.clone();
    int changes = 1;
    while (changes < MOST_CHANGES && random.nextInt(3) == 0) {
      changes++;
    }
    for (int i = 0; i < changes; i++) {
      bytes = bytes.length == 0 ? someBytes(16) : change(bytes, other);
    }
    return bytes.length > MOST_BYTES ? Arrays.copyOf(bytes, MOST_BYTES) : bytes;
  }

  private byte[] change(byte[] bytes, byte[] other) {
    return switch (random.nextInt(14)) {
      case 0, 1 -> flipped(bytes);
      case 2, 3 -> set(bytes);
      case 4, 5, 6 -> number(bytes);
      case 7 -> joined(bytes, place(bytes), someBytes(16), 0);
      case 8 -> joined(bytes, place(bytes), new byte[0], length(bytes));
      case 9 -> Arrays.copyOf(bytes, place(bytes));
      case 10 -> repeated(bytes);
      case 11 -> spliced(bytes, other);
      case 12 -> word(bytes);
      default -> filled(bytes);
    };
  }

  private byte[] flipped(byte[] bytes) {
    bytes[place(bytes)] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private byte[] set(byte[] bytes) {
    bytes[place(bytes)] = (byte) NUMBERS[random.nextInt(NUMBERS.length)];
    return bytes;
  }

  private byte[] number(byte[] bytes) {
    int size = 1 << random.nextInt(4);
    long value = NUMBERS[random.nextInt(NUMBERS.length)];
    byte[] number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    boolean reversed = random.nextBoolean();
    int at = place(bytes);
    for (int i = 0; i < size && at + i < bytes.length; i++) {
      bytes[at + i] = number[reversed ? size - 1 - i : i];
    }
    return bytes;
  }

  private byte[] repeated(byte[] bytes) {
    int at = place(bytes);
    byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + length(bytes)));
    int times = random.nextInt(8) == 0 ? 2000 : 1 + random.nextInt(3);
    ByteArrayOutputStream copies = new ByteArrayOutputStream();
    for (int i = 0; i < times && copies.size() < MOST_BYTES; i++) {
      copies.writeBytes(part);
    }
    return joined(bytes, at, copies.toByteArray(), 0);
  }

  private byte[] spliced(byte[] bytes, byte[] other) {
    if (other.length == 0) {
      return bytes;
    }
    int from = random.nextInt(other.length);
    byte[] part = Arrays.copyOfRange(other, from, Math.min(other.length, from + length(other)));
    return joined(bytes, place(bytes), part, random.nextBoolean() ? part.length : 0);
  }

  // Replaces the word at a place, or inserts one.
  private byte[] word(byte[] bytes) {
    byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
    int at = place(bytes);
    int from = at;
    while (from > 0 && isOfWord(bytes[from - 1])) {
      from--;
    }
    int to = at;
    while (to < bytes.length && isOfWord(bytes[to])) {
      to++;
    }
    return joined(bytes, from, word, to - from);
  }

  private static boolean isOfWord(byte sign) {
    return Character.isLetterOrDigit(sign) || sign == '_' || sign == '.' || sign == '-';
  }

  private byte[] filled(byte[] bytes) {
    int at = place(bytes);
    byte value = (byte) (random.nextBoolean() ? 0 : 0xff);
    Arrays.fill(bytes, at, Math.min(bytes.length, at + length(bytes)), value);
    return bytes;
  }

  // Headers stand at the ends.
  private int place(byte[] bytes) {
    int ends = Math.min(ENDS, bytes.length);
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(ends);
      case 1 -> bytes.length - 1 - random.nextInt(ends);
      default -> random.nextInt(bytes.length);
    };
  }

  private int length(byte[] bytes) {
    int most = random.nextInt(3) == 0 ? bytes.length : Math.min(bytes.length, 16);
    return 1 + random.nextInt(Math.max(1, most));
  }

  private byte[] someBytes(int most) {
    byte[] some = new byte[1 + random.nextInt(most)];
    random.nextBytes(some);
    return some;
  }

  /** Some bytes in place of a number of others. */
  private static byte[] joined(byte[] bytes, int at, byte[] part, int instead) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, at);
    all.writeBytes(part);
    int rest = Math.min(bytes.length, at + instead);
    all.write(bytes, rest, bytes.length - rest);
    return all.toByteArray();
  }
}
