package org.couplet.sampling;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.couplet.contract.Contract;
import org.couplet.program.Bytes;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.report.Progress;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Samples to be made. */
public final class SampleDraw {
  private final SamplingProgram program;
  private final long seed;
  private final long start;
  private final int count;
  private final List<Double> sigmas;
  private final PrintStream err;
  private final Runnable beforeEach;

  /**
   * @param program that makes them
   * @param seed of the noise
   * @param start row of the first sample
   * @param count of samples
   * @param sigmas as {@link SamplingProgram#samples} takes them
   * @param err where progress goes
   * @param beforeEach run before each part is made; may end it with an exception
   */
  public SampleDraw(
      SamplingProgram program,
      long seed,
      long start,
      int count,
      List<Double> sigmas,
      PrintStream err,
      Runnable beforeEach) {
    this.program = program;
    this.seed = seed;
    this.start = start;
    this.count = count;
    this.sigmas = sigmas;
    this.err = err;
    this.beforeEach = beforeEach;
  }

  /** What makes the samples. */
  public SamplingProgram program() {
    return program;
  }

  /** How many. */
  public int count() {
    return count;
  }

  /** The values of a sample, bytes. */
  int rowBytes() {
    return (int) program.elementShape().size() * (program.makesImages() ? 1 : Float.BYTES);
  }

  /** One sample of the many: its row and values. */
  interface Sink {
    void accept(long index, byte[] values) throws IOException;
  }

  /** All in one picture. */
  BufferedImage picture() {
    BufferedImage picture = SamplePicture.of(program, seed, count, sigmas, beforeEach);
    beforeEach.run();
    return picture;
  }

  /** One after the other: uint8 of an image, float32 in little-endian order of a point. */
  void each(Sink sink) throws IOException {
    int rowBytes = rowBytes();
    try (Progress progress = new Progress("sample", count, err)) {
      for (int first = 0; first < count; first += Contract.SAMPLES_AT_ONCE) {
        beforeEach.run();
        int rows = Math.min(Contract.SAMPLES_AT_ONCE, count - first);
        byte[] bytes = chunk(first, rows);
        for (int row = 0; row < rows; row++) {
          sink.accept(
              start + first + row, Arrays.copyOfRange(bytes, row * rowBytes, (row + 1) * rowBytes));
        }
        progress.stepTo(first + rows, "");
      }
    }
  }

  /** The class of each, int64 in little-endian order. */
  byte[] labels() {
    ByteBuffer labels = ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, count));
    labels.order(ByteOrder.LITTLE_ENDIAN);
    for (int label : program.start(seed, start, count).labels()) {
      labels.putLong(label);
    }
    return labels.array();
  }

  private byte[] chunk(int first, int rows) {
    if (program.makesImages()) {
      try (TUint8 images = program.images(seed, start + first, rows, sigmas)) {
        return Bytes.of(images);
      }
    }
    try (TFloat32 points = program.samples(seed, start + first, rows, sigmas)) {
      float[] floats = Floats.of(points);
      ByteBuffer bytes =
          ByteBuffer.allocate(floats.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(floats);
      return bytes.array();
    }
  }
}
