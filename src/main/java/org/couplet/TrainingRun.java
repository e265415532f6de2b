package org.couplet;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.couplet.command.SelfTests;
import org.couplet.config.proto.Experiment;
import org.couplet.forecast.DryRun;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainStream;
import org.couplet.launch.Launch;
import org.couplet.launch.TrainingRequest;
import org.couplet.run.RunFolder;
import org.couplet.run.RunLock;
import org.couplet.train.StepListener;
import org.couplet.train.Training;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model, as {@code couplet train} does: a run begins, or goes on where it was left. Its
 * folder is the same, so that commands and this class can take turns.
 *
 * <pre>{@code
 * long steps =
 *     TrainingRun.begin("quickstart", Path.of("runs/quickstart"))
 *         .set("run.batch_size", 32)
 *         .onProgress(now -> System.out.println(now.step() + "/" + now.lastStep() + " " + now.loss()))
 *         .train();
 * }</pre>
 *
 * <p>Nothing is printed unless {@link #log} asks for it. An object trains once; {@link #stop} may
 * be called by any thread.
 */
public final class TrainingRun {
  private final RunFolder run;
  private final Optional<Path> config;
  private final List<String> sets = new ArrayList<>();
  private final AtomicBoolean started = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable Thread trainer;
  private volatile boolean stopped;
  private boolean resumes;
  private boolean acceptsNewData;
  private boolean tested = true;
  private @Nullable String from;
  private @Nullable String data;
  private @Nullable String features;
  private @Nullable Long checkpoint;
  private @Nullable Long steps;
  private PrintStream log = new PrintStream(OutputStream.nullOutputStream(), false);
  private Consumer<Progress> listener = now -> {};

  /**
   * How far a training is.
   *
   * @param step steps completed in all
   * @param lastStep at which this training ends
   * @param loss of this step, the mean over its batch; NaN or infinite where the step was skipped
   * @param imagesPerSecond of this step
   */
  public record Progress(long step, long lastStep, double loss, double imagesPerSecond) {}

  private TrainingRun(Path folder, Optional<Path> config) {
    this.run = new RunFolder(folder);
    this.config = config;
    this.resumes = config.isEmpty();
  }

  /**
   * A run that begins.
   *
   * @param config a textproto file, or the name of an experiment that comes with Couplet, such as
   *     {@code quickstart}
   * @param folder of the run: checkpoints, metrics, samples; made if need be
   */
  public static TrainingRun begin(String config, Path folder) {
    return new TrainingRun(folder, Optional.of(Path.of(config)));
  }

  /** A run that goes on from its newest checkpoint. */
  public static TrainingRun resume(Path folder) {
    return new TrainingRun(folder, Optional.empty());
  }

  /**
   * A run that begins goes on instead if it was begun before, with the same config and settings.
   */
  public TrainingRun orResume() {
    resumes = true;
    return this;
  }

  /**
   * Sets a field of the config. Of a run that goes on only what is not built into its graph can
   * change.
   *
   * @param field its path, such as {@code run.steps}
   * @param value as textproto has it
   */
  public TrainingRun set(String field, Object value) {
    sets.add(field + "=" + value);
    return this;
  }

  /** Stops at this step, at least 1; the schedules still span the config's steps. */
  public TrainingRun steps(long number) {
    if (number < 1) {
      throw new IllegalArgumentException("steps: must be at least 1, got " + number);
    }
    steps = number;
    return this;
  }

  /** Takes images from another .npy file than the config's. */
  public TrainingRun data(Path file) {
    data = file.toString();
    return this;
  }

  /** Goes on although the data file is another one than before. */
  public TrainingRun acceptNewData() {
    acceptsNewData = true;
    return this;
  }

  /** Measures FID with another feature network than the config's. */
  public TrainingRun features(Path network) {
    features = network.toString();
    return this;
  }

  /** Begins with everything of another run's newest checkpoint. */
  public TrainingRun from(Path other) {
    from = other.toString();
    return this;
  }

  /** Goes back to the checkpoint of a step; later ones are set aside. */
  public TrainingRun checkpoint(long step) {
    checkpoint = step;
    return this;
  }

  /** Does not check that this machine computes the model correctly. */
  public TrainingRun skipSelfTest() {
    tested = false;
    return this;
  }

  /** Prints what {@code couplet train} prints on its error stream: notes, warnings, progress. */
  public TrainingRun log(PrintStream stream) {
    log = PlainStream.ofMessages(stream);
    return this;
  }

  /**
   * Reports each step, on the thread that trains. What the listener throws ends the training and is
   * thrown by {@link #train}; the run can go on from its newest checkpoint.
   */
  public TrainingRun onProgress(Consumer<Progress> newListener) {
    listener = newListener;
    return this;
  }

  /**
   * Trains; returns when the last step is done or {@link #stop} was called, with a checkpoint
   * written.
   *
   * @return steps completed in all
   * @throws IllegalArgumentException if the config, a setting, the data or the run's folder can't
   *     be used; nothing was trained
   * @throws CoupletException if the loss is no longer finite, memory is too small, or TensorFlow
   *     computes wrong numbers on this machine
   * @throws IOException if a file can't be read or written
   * @throws IllegalStateException if this object has trained before
   */
  public long train() throws IOException {
    if (started.getAndSet(true)) {
      throw new IllegalStateException("this object has trained before; make another one");
    }
    trainer = Thread.currentThread();
    try {
      return Failures.translated(this::trainChecked);
    } finally {
      ended.countDown();
    }
  }

  private long trainChecked() throws IOException {
    if (run.isBegun() && !resumes) {
      throw new InvalidInputException(
          run.root()
              + ": a run already exists; use TrainingRun.resume or orResume() to continue it, or"
              + " choose another folder");
    }
    Launch launch = Launch.of(request());
    launch.check(new DryRun(false), 1, log);
    RunLock lock = RunLock.take(run, log);
    try (lock) {
      launch.prepareFolder(log);
      return new Training(
              launch.session(),
              run,
              SelfTests.of(tested, log),
              log,
              () -> stopped,
              Optional.empty())
          .watchedBy(listener(launch.session().experiment(), launch.stopAt()))
          .run(launch.stopAt());
    }
  }

  private TrainingRequest request() {
    return new TrainingRequest(
        run,
        resumes,
        config,
        Optional.empty(),
        sets,
        Optional.ofNullable(from),
        Optional.ofNullable(data),
        Optional.ofNullable(features),
        Optional.ofNullable(checkpoint),
        Optional.ofNullable(steps),
        acceptsNewData);
  }

  private StepListener listener(Experiment experiment, long lastStep) {
    int batch = experiment.getRun().getBatchSize();
    return step ->
        listener.accept(
            new Progress(
                step.completed(), lastStep, step.metrics().loss(), batch / step.seconds()));
  }

  /** Asks the training to end after the step under way, with a checkpoint; any thread may. */
  public void stop() {
    stopped = true;
  }

  /**
   * Asks for the end and waits for it, unless the thread that trains calls this. Such as in a
   * shutdown hook, after which nothing more is written.
   */
  public void stopAndWait() {
    stop();
    Thread training = trainer;
    if (training == null || training == Thread.currentThread()) {
      return;
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
