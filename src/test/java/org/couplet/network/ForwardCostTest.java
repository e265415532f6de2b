package org.couplet.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardCostTest {
  @ParameterizedTest
  @CsvSource({"cifar10_table3, 16.7", "celeba_table4, 64.2", "imagenet_table5, 14.5"})
  void networksOfThePaperTakeTheFlopOfTheirReference(String name, double gigaflop) {
    assertEquals(gigaflop, 2e-9 * ForwardCost.multiplyAdds(Networks.named(name)), 0.05);
  }

  @Test
  void aPerceptronTakesOneMultiplyAddAWeight() {
    // [3, 5], [5, 5] and [5, 2].
    assertEquals(15 + 25 + 10, ForwardCost.multiplyAdds(new Mlp(2, 2, 5)));
  }

  @Test
  void aSmallResidualEncoderIsCountedByHand() {
    SongUNet network =
        new SongUNet(
            4,
            1,
            4,
            List.of(1, 1),
            List.of(0, 0),
            List.of(0.0, 0.0),
            List.of(),
            SongUNet.Embedding.FOURIER,
            1,
            SongUNet.Encoder.RESIDUAL,
            List.of(1.0, 3.0, 3.0, 1.0),
            0);
    long kernel = 9 * 4 * 4;
    long embedding = 4 * 16 + 16 * 16;
    long opening = 9 * 4 * 16;
    // At 2 x 2; the image's convolution at 6 x 6.
    long down = 2 * kernel * 4 + 4 * 4 * 4 + 16 * 4 + 9 * 4 * 36;
    long in0 = 2 * kernel * 4 + 16 * 4 + (12 + 4) * 4 * 4;
    long in1 = 2 * kernel * 4 + 16 * 4;
    long block1 = (2 * kernel + kernel) * 4 + 8 * 4 * 4 + 16 * 4;
    // At 4 x 4.
    long up = 2 * kernel * 16 + 4 * 4 * 16 + 16 * 4;
    long block0 = (2 * kernel + kernel) * 16 + 8 * 4 * 16 + 16 * 4;
    long closing = 9 * 4 * 16;
    assertEquals(
        embedding + opening + down + in0 + in1 + block1 + up + block0 + closing,
        ForwardCost.multiplyAdds(network));
  }
}
