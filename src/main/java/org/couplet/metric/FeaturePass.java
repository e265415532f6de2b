package org.couplet.metric;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.couplet.data.ImageBatches;
import org.couplet.io.InvalidInputException;
import org.couplet.program.FeatureProgram;
import org.jspecify.annotations.Nullable;
import org.tensorflow.types.TUint8;

/**
 * One pass of images through a feature network. The next images are decoded or sampled, and the
 * last features taken in, while the network works.
 */
public final class FeaturePass {
  /** Images to give the network at a time. */
  public static final int BATCH = 32;

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
   * @param sink is told what the network made of each batch, in order, from one other thread
   * @param goesOn is told after each batch how many images were seen; false gives the pass up
   * @throws InvalidInputException if a feature is not a finite number
   */
  public Pace over(ImageBatches images, Consumer<FeatureProgram.Outputs> sink, LongPredicate goesOn)
      throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(2, FeaturePass::worker);
    long begun = System.nanoTime();
    long networkNanos = 0;
    long seen = 0;
    Future<@Nullable TUint8> next = workers.submit(images::next);
    Future<?> taken = CompletableFuture.completedFuture("nothing yet");
    boolean wanted = true;
    try {
      for (TUint8 batch = get(next); batch != null && wanted; batch = get(next)) {
        try (TUint8 current = batch) {
          next = workers.submit(images::next);
          long started = System.nanoTime();
          FeatureProgram.Outputs outputs = network.outputs(current, logits);
          networkNanos += System.nanoTime() - started;
          seen += current.shape().get(0);
          get(taken);
          taken = workers.submit(() -> sink.accept(outputs));
        }
        wanted = goesOn.test(seen);
      }
      get(taken);
    } catch (ArithmeticException e) {
      throw new InvalidInputException(
          network.folder()
              + ": gives features that are not finite numbers for one of the first "
              + seen
              + " images; is it the right network, and are its weights whole?",
          e);
    } finally {
      workers.shutdown();
      closeUnused(next);
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

  // A batch that was made ahead when the pass had already ended.
  private static void closeUnused(Future<@Nullable TUint8> next) {
    try {
      TUint8 unused = next.get();
      if (unused != null) {
        unused.close();
      }
    } catch (ExecutionException e) {
      // The pass has failed with this.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread worker(Runnable task) {
    Thread thread = new Thread(task, "couplet-features");
    thread.setDaemon(true);
    return thread;
  }

  private static <T extends @Nullable Object> T get(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
