package org.couplet.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.program.SamplingProgram.Start;
import org.tensorflow.types.TFloat32;

/**
 * The rows of several starts, one after another.
 *
 * @param wanted ends the sampling by an exception once nobody waits for it
 */
record JoinedStart(List<Start> parts, Runnable wanted) implements Start {
  @Override
  public TFloat32 noise(long number) {
    if (parts.size() == 1) {
      return parts.get(0).noise(number);
    }
    List<HostTensor> drawn = new ArrayList<>();
    for (Start part : parts) {
      try (TFloat32 rows = part.noise(number)) {
        drawn.add(HostTensor.of(rows));
      }
    }
    return (TFloat32) HostTensor.joined(drawn).tensor();
  }

  @Override
  public int[] labels() {
    return parts.stream().flatMapToInt(part -> IntStream.of(part.labels())).toArray();
  }

  @Override
  public void beforeLevel() {
    wanted.run();
  }
}
