package org.couplet.launch;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.assembly.TrainingAssembly;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.data.Dataset;
import org.couplet.data.MissingImages;
import org.couplet.doctor.TensorFlowProbe;
import org.couplet.forecast.DryRun;
import org.couplet.forecast.Forecast;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Version;
import org.couplet.program.FeatureProgram;
import org.couplet.program.TrainingProgram;
import org.couplet.run.Checkpoints;
import org.couplet.run.NewRun;
import org.couplet.run.ParentRun;
import org.couplet.run.RunFolder;
import org.couplet.train.KnownData;
import org.couplet.train.Session;

/**
 * A training that is about to begin or to go on.
 *
 * <pre>
 * Launch launch = Launch.of(request);
 * launch.check(new DryRun(false), 1, err);
 * RunLock lock = RunLock.take(request.run(), err);
 * try (lock) {
 *   launch.prepareFolder(err);
 *   new Training(launch.session(), request.run(), ...).run(launch.stopAt());
 * }
 * </pre>
 */
public final class Launch {
  private final TrainingRequest request;
  private final RunFolder run;
  private final boolean goesOn;
  private final Session session;

  private Launch(TrainingRequest request, boolean goesOn, Session session) {
    this.request = request;
    this.run = request.run();
    this.goesOn = goesOn;
    this.session = session;
  }

  /**
   * Resolves a request; nothing is written.
   *
   * @throws InvalidInputException if it can't be done
   */
  public static Launch of(TrainingRequest request) throws IOException {
    boolean goesOn = request.run().isBegun();
    if (goesOn && !request.resume()) {
      throw new InvalidInputException(
          "--run "
              + request.run().root()
              + ": a run already exists; add --resume to continue it, or"
              + " choose another folder");
    }
    return new Launch(
        request, goesOn, goesOn ? TrainSettings.resumed(request) : TrainSettings.begun(request));
  }

  /** What to train, and from where. */
  public Session session() {
    return session;
  }

  /** Whether a run goes on; else it begins. */
  public boolean goesOn() {
    return goesOn;
  }

  /** The step after which to stop. */
  public long stopAt() {
    return request.steps().orElse(session.experiment().getRun().getSteps());
  }

  /** How many steps there are to do, from the checkpoint that this goes on from; 0 if none. */
  public long left() throws IOException {
    return Math.max(0, stopAt() - completed());
  }

  private long completed() throws IOException {
    if (session.checkpoint().isPresent()) {
      return session.checkpoint().getAsLong();
    }
    Optional<Path> newest = new Checkpoints(run.checkpoints(), 1).latest();
    if (newest.isPresent()) {
      return Checkpoints.step(newest.get());
    }
    long first = 0;
    for (ParentRun parent : ParentRun.of(session.experiment())) {
      // A dry run goes on without one.
      if (parent.folder().isBegun()) {
        first = Math.max(first, parent.firstStep());
      }
    }
    return first;
  }

  /**
   * Rejects bad input before there is a run.
   *
   * @param dryRun notes what is missing, where it may be
   * @param processes that train it together
   * @param err where notes go
   * @return what the training will take
   */
  public Forecast check(DryRun dryRun, int processes, PrintStream err) throws IOException {
    Experiment experiment = session.experiment();
    dryRun.check(MissingImages.of(experiment.getDataset()).isEmpty(), () -> checkData(dryRun, err));
    dryRun.check(
        Files.exists(Path.of(experiment.getEvaluation().getFeatures())), this::checkFeatures);
    if (!goesOn) {
      for (ParentRun parent : ParentRun.of(experiment)) {
        dryRun.check(parent.folder().isBegun(), () -> checkParent(parent));
      }
    }
    if (session.checkpoint().isPresent()) {
      new Checkpoints(run.checkpoints(), 1).require(session.checkpoint().getAsLong());
    }
    if (request.model().isPresent() && !goesOn) {
      TrainingProgram.load(request.model().get(), experiment.getRuntime().getThreads()).close();
    }
    boolean gpu = new TensorFlowProbe(Path.of("/")).mayUseGpu();
    Forecast forecast = Forecast.of(experiment, run, processes);
    if (!gpu) {
      dryRun.checkSize(forecast::requireMemory);
    }
    if (!goesOn) {
      gpuAdvice(experiment, gpu).ifPresent(err::println);
    }
    return forecast;
  }

  private void checkData(DryRun dryRun, PrintStream err) throws IOException {
    Experiment experiment = session.experiment();
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      if (experiment.getEvaluation().getFidEvery() > 0 && dataset.size() < 2) {
        throw new InvalidInputException(
            "evaluation.fid_every: FID needs 2 images or more, the data have 1; set it to 0, or"
                + " take more images");
      }
      if (dryRun.isWanted()) {
        KnownData.check(run, experiment, dataset, session.acceptsNewData(), err);
      }
    }
  }

  private void checkParent(ParentRun parent) throws IOException {
    parent.check(session.experiment());
    long first = parent.firstStep();
    if (first >= stopAt()) {
      throw new InvalidInputException(
          parent.field()
              + ": its checkpoint is at step "
              + first
              + ", and this run is to end at step "
              + stopAt()
              + "; give a larger --set run.steps=N (all steps count), or --steps N");
    }
  }

  private void checkFeatures() throws IOException {
    Experiment experiment = session.experiment();
    if (experiment.getEvaluation().getFidEvery() > 0) {
      try {
        FeatureProgram.load(
                Path.of(experiment.getEvaluation().getFeatures()),
                experiment.getRuntime().getThreads())
            .close();
      } catch (InvalidInputException e) {
        throw new InvalidInputException(
            "evaluation.features (or --features): " + e.getMessage(), e);
      }
    } else if (request.features().isPresent()) {
      throw new InvalidInputException(
          "--features: is for runs that measure FID; begin one with --set evaluation.fid_every=N");
    }
  }

  /** What to know before a run on a GPU whose settings are those for processors. */
  static Optional<String> gpuAdvice(Experiment experiment, boolean gpu) {
    return gpu && experiment.getRuntime().getXla() == RuntimeConfig.Xla.WINOGRAD
        ? Optional.of(
            "note: runtime.xla is WINOGRAD, which is for processors; on GPUs runs that begin with"
                + " --set runtime.xla=STEP should be faster")
        : Optional.empty();
  }

  /** Fills the folder of a run that begins, and builds a program again that is missing. */
  public void prepareFolder(PrintStream err) throws IOException {
    if (goesOn) {
      mendProgram(err);
      return;
    }
    Experiment experiment = session.experiment();
    NewRun.begin(
        run,
        experiment,
        folder -> {
          if (request.model().isPresent()) {
            copy(request.model().get(), folder);
          } else {
            TrainingAssembly.write(experiment, folder);
          }
        });
  }

  // Another version may build another graph.
  private void mendProgram(PrintStream err) throws IOException {
    if (Files.exists(run.program())) {
      return;
    }
    String made =
        Files.exists(run.version())
            ? FileFailure.reading(run.version(), () -> Files.readString(run.version())).strip()
            : "unknown";
    if (!made.equals(Version.describe())) {
      throw new InvalidInputException(
          "%s: the program is missing, and the run was made by %s, this is %s; put it back, go on with that version, or begin a run that goes on from this one: --from %s"
              .formatted(run.program(), made, Version.describe(), run.root()));
    }
    err.println("note: " + run.program() + " is missing; building it again from the run's config");
    Experiment experiment = ExperimentFile.load(run.config(), List.of());
    AtomicFile.create(run.program(), folder -> TrainingAssembly.write(experiment, folder));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          FileFailure.writing(target, () -> Files.copy(path, target));
        }
      }
    }
  }
}
