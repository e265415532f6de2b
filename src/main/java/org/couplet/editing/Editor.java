package org.couplet.editing;

import java.util.Arrays;
import java.util.List;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.program.SamplingProgram.Solver;
import org.couplet.program.SamplingProgram.Start;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Edits batches of images (Song et al. 2023, algorithm 4): at each level the images get noise, f
 * takes it away, and what is known is put back.
 *
 * @param program that makes images
 * @param edit what is done
 * @param levels of the steps, falling
 */
public record Editor(SamplingProgram program, Edit edit, List<Double> levels) {
  /**
   * The edited images, each [height, width, channels] in [-1, 1].
   *
   * @param tasks of one image each, at least one
   * @param start noise and classes of their rows; noise 0 is the first level's
   */
  List<float[]> run(List<Edit.Task> tasks, Start start) {
    List<float[]> current = tasks.stream().map(Edit.Task::given).toList();
    for (int step = 0; step < levels.size(); step++) {
      double sigma = levels.get(step);
      current =
          step == 0 && edit.isNoisy()
              ? denoised(current, sigma, start.labels())
              : refined(current, start, step);
      for (int row = 0; row < tasks.size(); row++) {
        tasks.get(row).known().restore(tasks.get(row).given(), current.get(row));
      }
    }
    for (int row = 0; row < tasks.size(); row++) {
      tasks.get(row).known().intoRange(tasks.get(row).given(), current.get(row));
    }
    return current;
  }

  private List<float[]> refined(List<float[]> images, Start start, int step) {
    try (TFloat32 before = tensor(images, 1);
        TFloat32 fresh = start.noise(step);
        TFloat32 after = program.refine(before, fresh, levels.get(step), start.labels())) {
      return rows(after, images.size());
    }
  }

  private List<float[]> denoised(List<float[]> images, double sigma, int[] labels) {
    if (program.followsFlow()) {
      // An Euler step to 0 ends at the denoiser's estimate.
      float[] from = new float[images.size()];
      Arrays.fill(from, (float) sigma);
      try (TFloat32 noisy = tensor(images, 1);
          TFloat32 clean =
              program.with(Solver.EULER).flow(noisy, from, new float[from.length], labels)) {
        return rows(clean, images.size());
      }
    }
    try (TFloat32 noisy = tensor(images, 1 / sigma);
        TFloat32 clean = program.generate(noisy, sigma, labels)) {
      return rows(clean, images.size());
    }
  }

  private TFloat32 tensor(List<float[]> images, double factor) {
    int size = images.get(0).length;
    float[] all = new float[images.size() * size];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) (factor * images.get(i / size)[i % size]);
    }
    TFloat32 tensor = TFloat32.tensorOf(Shape.of(images.size()).append(program.elementShape()));
    tensor.asRawTensor().data().asFloats().write(all);
    return tensor;
  }

  private static List<float[]> rows(TFloat32 images, int count) {
    float[] all = Floats.of(images);
    int size = all.length / count;
    float[][] rows = new float[count][];
    Arrays.setAll(rows, row -> Arrays.copyOfRange(all, row * size, (row + 1) * size));
    return List.of(rows);
  }
}
