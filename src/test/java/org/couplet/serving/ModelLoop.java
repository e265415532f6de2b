package org.couplet.serving;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.couplet.program.SamplingProgram;
import org.couplet.program.ServableModel;
import org.couplet.sampling.SampleLevels;

/**
 * How many images a model makes in a second with nothing around it, for tools/bench-serve.sh.
 *
 * <pre>java -cp ... org.couplet.serving.ModelLoop MODEL ROWS SECONDS</pre>
 */
final class ModelLoop {
  private ModelLoop() {}

  public static void main(String[] arguments) {
    int rows = Integer.parseInt(arguments[1]);
    double seconds = Double.parseDouble(arguments[2]);
    try (ServableModel model = ServableModel.load(Path.of(arguments[0]), 0)) {
      SamplingProgram sampler = model.sampler();
      List<Double> levels = SampleLevels.of(sampler);
      for (int i = 0; i < 5; i++) {
        sampler.images(i, 0, rows, levels).close();
      }
      long images = 0;
      long begun = System.nanoTime();
      while (System.nanoTime() - begun < seconds * 1e9) {
        sampler.images(images, 0, rows, levels).close();
        images += rows;
      }
      double took = (System.nanoTime() - begun) / 1e9;
      System.out.printf(Locale.ROOT, "%.0f images/s in calls of %d rows%n", images / took, rows);
    }
  }
}
