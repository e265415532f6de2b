package org.couplet.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.couplet.config.ElementShape;
import org.couplet.config.ExperimentFile;
import org.couplet.io.InvalidInputException;
import org.couplet.run.RunFolder;
import org.couplet.sampling.TrainingPictures;

/** How a run's samples grew: the pictures that it drew as it trained. */
record ProgressStudy() implements Study {
  @Override
  public String name() {
    return "progress";
  }

  @Override
  public Set<String> options() {
    return Set.of("run");
  }

  @Override
  public String summary() {
    return "how the samples of one run (--run) grew as it trained: a picture and a movie";
  }

  @Override
  public void run(StudyContext bench) throws IOException {
    RunFolder run =
        new RunFolder(
            bench
                .options()
                .run()
                .orElseThrow(
                    () -> new InvalidInputException("--run is missing: name the folder of a run")));
    if (!run.isBegun()) {
      throw new InvalidInputException("--run " + run.root() + ": no run is there" + run.nearby());
    }
    TrainingPictures pictures = TrainingPictures.in(run.samples());
    long height = ElementShape.of(ExperimentFile.load(run.config(), List.of()).getDataset()).get(0);
    bench.picture(name(), pictures.firstLines((int) height));
    Path movie = bench.options().output().resolve(name() + ".gif");
    pictures.writeMovie(movie);
    bench.say("movie: " + movie);
  }
}
