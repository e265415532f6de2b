package org.couplet.metric;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.couplet.data.ImageBatches;
import org.couplet.io.BackgroundTasks;
import org.couplet.io.InvalidInputException;
import org.couplet.program.FeatureProgram;
import org.tensorflow.types.TUint8;

/**
 * One pass of images through a feature network. The next images are decoded or sampled, and the
 * last features taken in, while the network works.
 */
public final class FeaturePass {
  /** Images to give the network at a time. */
  public static final int BATCH = 32;

  private static final String THREADS = "couplet-features";

  private final FeatureProgram network;
  private final boolean logits;

  /**
   * How a pass went.
   *
   * @param images that were seen
   * @param seconds it took
   * @param networkSeconds of these, inside the network
   * @param whole whether all images were seen; false if the pass was given up
   */
  public record Pace(long images, double seconds, double networkSeconds, boolean whole) {}

  /**
   * Prepares a pass.
   *
   * @param network stays the caller's
   * @param logits whether they are wanted beside the features
   */
  public FeaturePass(FeatureProgram network, boolean logits) {
    this.network = network;
    this.logits = logits;
  }

  /**
   * Sees all images.
   *
   * @param images stay the caller's to close
   * @param sink receives the network's outputs for each batch, in order, on one other thread
   * @param goesOn receives the number of images seen after each batch; false ends the pass
   * @throws InvalidInputException if a feature is not a finite number
   */
  public Pace over(ImageBatches images, Consumer<FeatureProgram.Outputs> sink, LongPredicate goesOn)
      throws IOException {
    long begun = System.nanoTime();
    long networkNanos = 0;
    long seen = 0;
    boolean wanted = true;
    try (BackgroundTasks<Optional<TUint8>, IOException> ahead =
            new BackgroundTasks<>(THREADS, 1, unused -> unused.ifPresent(TUint8::close));
        BackgroundTasks<FeatureProgram.Outputs, RuntimeException> behind =
            new BackgroundTasks<>(THREADS, 1, unused -> {})) {
      ahead.begin(images::next);
      Optional<TUint8> next = ahead.take();
      while (next.isPresent() && wanted) {
        try (TUint8 current = next.get()) {
          ahead.begin(images::next);
          long started = System.nanoTime();
          FeatureProgram.Outputs outputs = network.outputs(current, logits);
          networkNanos += System.nanoTime() - started;
          seen += current.shape().get(0);
          if (behind.pending() > 0) {
            behind.take();
          }
          behind.begin(
              () -> {
                sink.accept(outputs);
                return outputs;
              });
        }
        wanted = goesOn.test(seen);
        if (wanted) {
          next = ahead.take();
        }
      }
      if (behind.pending() > 0) {
        behind.take();
      }
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          network.folder()
              + ": gives features that are not finite numbers for one of the first "
              + seen
              + " images; is it the right network, and are its weights whole?",
          e);
    }
    return new Pace(seen, (System.nanoTime() - begun) / 1e9, networkNanos / 1e9, wanted);
  }

  /**
   * Statistics of all images.
   *
   * @param goesOn as of {@link #over}
   * @return empty if the pass was given up
   */
  public Optional<GaussianFit> fit(ImageBatches images, LongPredicate goesOn) throws IOException {
    FeatureStatistics statistics = new FeatureStatistics(network.dimension());
    Pace pace = over(images, outputs -> statistics.add(outputs.features()), goesOn);
    return pace.whole() ? Optional.of(statistics.fit()) : Optional.empty();
  }
}
