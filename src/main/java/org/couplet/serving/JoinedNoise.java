package org.couplet.serving;

import java.util.ArrayList;
import java.util.List;
import org.couplet.program.SamplingProgram.Noise;
import org.tensorflow.types.TFloat32;

/** The rows of several kinds of noise, one after another. */
record JoinedNoise(List<Noise> parts) implements Noise {
  @Override
  public TFloat32 draw(long number) {
    List<HostTensor> drawn = new ArrayList<>();
    for (Noise part : parts) {
      try (TFloat32 rows = part.draw(number)) {
        drawn.add(HostTensor.of(rows));
      }
    }
    return (TFloat32) HostTensor.joined(drawn).tensor();
  }
}
