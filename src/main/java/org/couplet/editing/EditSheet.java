package org.couplet.editing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.couplet.chart.LabelledGrids;
import org.couplet.io.PictureLimit;
import org.couplet.report.SampleGrid;
import org.tensorflow.ndarray.Shape;

/** Images before and after an edit, below each other: the first of many. */
final class EditSheet {
  private static final int MOST = 8;
  private static final int PADDING = 2;

  private final ByteArrayOutputStream given = new ByteArrayOutputStream();
  private final ByteArrayOutputStream edited = new ByteArrayOutputStream();
  private final Shape image;
  private final int most;
  private int count;

  /**
   * @param image [height, width, channels]
   */
  EditSheet(Shape image) {
    this.image = image;
    this.most = Math.min(MOST, Math.max(1, PictureLimit.images(image.get(0), image.get(1)) / 2));
  }

  /** Adds an image, if there is room; both [height, width, channels], in [-1, 1]. */
  void add(float[] before, float[] after) {
    if (count++ < most) {
      given.writeBytes(PixelValues.fromModel(before));
      edited.writeBytes(PixelValues.fromModel(after));
    }
  }

  /** The sheet. */
  BufferedImage picture() {
    ImageForm form = ImageForm.of(image);
    List<LabelledGrids.Block> lines = new ArrayList<>();
    lines.add(new LabelledGrids.Block("given", given.toByteArray()));
    lines.add(new LabelledGrids.Block("edited", edited.toByteArray()));
    return LabelledGrids.of(
        lines,
        form.height(),
        form.width(),
        form.channels(),
        Math.min(count, most),
        PADDING,
        SampleGrid.AUTOMATIC);
  }
}
