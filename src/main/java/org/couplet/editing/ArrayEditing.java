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
  // Of a Java array.
  private static final long MOST_VALUES = Integer.MAX_VALUE - 8L;

  /**
   * Edits images.
   *
   * @param images [count, height, width, channels] of the form that the edit takes, row-major; in
   *     [-1, 1], unless they are noisy
   * @param seed of the noise; image i gets its row i
   * @param beforeEach run before each batch; may end the edit with an exception
   * @return [count, height, width, channels] of the model, in [-1, 1]
   * @throws InvalidInputException if the images, the levels or the model don't suit the edit
   */
  public float[] edited(float[] images, long seed, Runnable beforeEach) throws IOException {
    Editing.requireModel(program.form(), edit, name);
    Shape model = program.elementShape();
    ImageForm form = edit.takes(model);
    int size = form.height() * form.width() * form.channels();
    check(images, size, form);
    int count = images.length / size;
    checkCount(count, model);
    Editor editor = new Editor(program, edit, chosenLevels());
    for (int i = 0; i < count; i++) {
      task(images, i, size); // What is wrong with a late one is found before the work.
    }
    float[] all = new float[count * (int) model.size()];
    int next = 0;
    for (int first = 0; first < count; first += Contract.SAMPLES_AT_ONCE) {
      beforeEach.run();
      List<Edit.Task> tasks = new ArrayList<>();
      for (int i = first; i < Math.min(count, first + Contract.SAMPLES_AT_ONCE); i++) {
        tasks.add(task(images, i, size));
      }
      for (float[] one : editor.run(tasks, program.start(seed, first, tasks.size()))) {
        System.arraycopy(one, 0, all, next, one.length);
        next += one.length;
      }
    }
    return all;
  }

  private Edit.Task task(float[] images, int number, int size) throws IOException {
    float[] image = Arrays.copyOfRange(images, number * size, (number + 1) * size);
    return edit.task(String.valueOf(number), image, program.elementShape());
  }

  private static void checkCount(int count, Shape model) {
    long most = MOST_VALUES / model.size();
    if (count > most) {
      throw new InvalidInputException(
          "images: %d edited ones are more than an array holds; edit at most %d at once"
              .formatted(count, most));
    }
  }

  private void check(float[] images, int size, ImageForm form) {
    if (images.length == 0 || images.length % size != 0) {
      throw new InvalidInputException(
          "images: %d values are not those of images of %d x %d x %d"
              .formatted(images.length, form.height(), form.width(), form.channels()));
    }
    for (float value : images) {
      if (!Float.isFinite(value)) {
        throw new InvalidInputException(
            "images: the value %s is not finite; give numbers".formatted(value));
      }
      if (!edit.isNoisy() && Math.abs(value) > 1) {
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
