package org.couplet.editing;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.contract.Contract;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SampleForm;
import org.couplet.report.Progress;
import org.couplet.report.SampleGrid;
import org.tensorflow.ndarray.Shape;

/**
 * Images to be edited.
 *
 * @param editor that edits them
 * @param source of the images
 * @param seed of the noise; image i gets its row i, whatever batch it is in
 */
public record Editing(Editor editor, EditSource source, long seed) {
  /**
   * Requires a model that can do an edit.
   *
   * @param name of the edit
   */
  public static void requireModel(SampleForm model, Edit edit, String name) {
    if (!model.images()) {
      throw new InvalidInputException("edit " + name + ": the model makes points, not images");
    }
    if (model.followsFlow() && !edit.isNoisy()) {
      throw new InvalidInputException(
          "edit "
              + name
              + ": needs a consistency model; with a score model only edit denoise works");
    }
    edit.takes(model.element());
  }

  /**
   * Requires images, and masks if there are any, that can be read and suit a model. Decodes them
   * all, which takes far less than the edit.
   *
   * @param model [height, width, channels] of its images
   * @param beforeEach run before each image; may end it with an exception
   */
  public static void requireImages(Edit edit, EditSource source, Shape model, Runnable beforeEach)
      throws IOException {
    source.forEach(
        edit.takes(model),
        (number, pixels) -> {
          beforeEach.run();
          edit.task(source.names().get(number), PixelValues.toModel(pixels), model);
        });
  }

  /**
   * Edits the images and writes them.
   *
   * @param sheet where the first images before and after go, if anywhere
   * @param err where progress goes
   * @param beforeEach run before each batch; may end it with an exception
   */
  public void write(EditOutput output, Optional<Path> sheet, PrintStream err, Runnable beforeEach)
      throws IOException {
    Shape image = editor.program().elementShape();
    EditSheet drawn = new EditSheet(image);
    try (Progress progress = new Progress("edit", source.names().size(), err)) {
      output.write(image, sink -> edit(sink, drawn, progress, beforeEach));
    }
    if (sheet.isPresent()) {
      SampleGrid.writePng(drawn.picture(), sheet.get());
    }
  }

  private void edit(EditOutput.Sink sink, EditSheet sheet, Progress progress, Runnable beforeEach)
      throws IOException {
    Edit edit = editor.edit();
    Shape image = editor.program().elementShape();
    List<Edit.Task> tasks = new ArrayList<>();
    int count = source.names().size();
    source.forEach(
        edit.takes(image),
        (number, pixels) -> {
          tasks.add(edit.task(source.names().get(number), PixelValues.toModel(pixels), image));
          if (tasks.size() < Contract.SAMPLES_AT_ONCE && number < count - 1) {
            return;
          }
          beforeEach.run();
          int first = number + 1 - tasks.size();
          List<float[]> edited =
              editor.run(tasks, editor.program().start(seed, first, tasks.size()));
          for (int row = 0; row < edited.size(); row++) {
            sink.accept(edited.get(row));
            sheet.add(tasks.get(row).given(), edited.get(row));
          }
          tasks.clear();
          progress.stepTo(number + 1, "");
        });
  }
}
