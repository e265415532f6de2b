package org.couplet.editing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SamplingProgram;
import org.couplet.sampling.SampleLevels;
import org.tensorflow.ndarray.Shape;

/**
 * Edits of images that are in memory; the edited ones are those of {@link Editing} for the same
 * seed.
 *
 * @param program that makes images
 * @param name of the edit
 * @param edit what is done; it gets the images' numbers as their names
 * @param levels of the steps; none: the usual ones of an edit that keeps something
 */
public record ArrayEditing(SamplingProgram program, String name, Edit edit, List<Double> levels) {
  /**
   * Edits images.
   *
   * @param images [count, height, width, channels] of the form that the edit takes, row-major; in
   *     [-1, 1], unless they are noisy
   * @param seed of the noise; image i gets its row i
   * @return [count, height, width, channels] of the model, in [-1, 1]
   * @throws InvalidInputException if the images, the levels or the model don't suit the edit
   */
  public float[] edited(float[] images, long seed) throws IOException {
    Editing.requireModel(program.form(), edit, name);
    Shape model = program.elementShape();
    ImageForm form = edit.takes(model);
    int size = form.height() * form.width() * form.channels();
    check(images, size, form);
    Editor editor = new Editor(program, edit, chosenLevels());
    int count = images.length / size;
    float[] all = new float[Math.toIntExact(count * model.size())];
    int next = 0;
    for (int first = 0; first < count; first += Contract.SAMPLES_AT_ONCE) {
      List<Edit.Task> tasks = new ArrayList<>();
      for (int i = first; i < Math.min(count, first + Contract.SAMPLES_AT_ONCE); i++) {
        float[] image = Arrays.copyOfRange(images, i * size, (i + 1) * size);
        tasks.add(edit.task(String.valueOf(i), image, model));
      }
      for (float[] one : editor.run(tasks, program.start(seed, first, tasks.size()))) {
        System.arraycopy(one, 0, all, next, one.length);
        next += one.length;
      }
    }
    return all;
  }

  private void check(float[] images, int size, ImageForm form) {
    if (images.length == 0 || images.length % size != 0) {
      throw new InvalidInputException(
          "images: %d values are not those of images of %d x %d x %d"
              .formatted(images.length, form.height(), form.width(), form.channels()));
    }
    float most = edit.isNoisy() ? Float.MAX_VALUE : 1;
    for (float value : images) {
      if (!(Math.abs(value) <= most)) {
        throw new InvalidInputException(
            "images: the value %s is not in [-1, 1]; scale them".formatted(value));
      }
    }
  }

  private List<Double> chosenLevels() {
    if (edit.keeps()) {
      program.checkSigmas(levels);
      return levels.isEmpty() ? SampleLevels.of(program, edit.usualSteps()) : levels;
    }
    if (levels.isEmpty() || (program.followsFlow() && levels.size() > 1)) {
      throw new InvalidInputException(
          "sigmas: "
              + (levels.isEmpty()
                  ? "are missing; give the level at which the edit begins"
                  : "a score model takes the noise away in one step; give one level"));
    }
    program.checkFalling(levels);
    return levels;
  }
}
