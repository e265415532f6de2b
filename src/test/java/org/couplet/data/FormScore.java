package org.couplet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.couplet.data.DrawnForm.Form;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpzFile;

/**
 * Scores samples of the quickstart: the share that is one clean form of one colour and, where the
 * file has labels, the share whose nearest form is that of their class.
 *
 * <pre>
 * couplet sample --run runs/quickstart --count 1000 --output samples.npz
 * mvn -q test-compile
 * java -cp ... org.couplet.data.FormScore samples.npz
 * </pre>
 */
final class FormScore {
  private FormScore() {}

  public static void main(String[] files) throws IOException {
    for (String file : files) {
      byte[][] images = read(Path.of(file));
      double[] labels = labels(Path.of(file), images.length);
      int side = (int) Math.sqrt((double) images[0].length / DrawnForm.CHANNELS);
      NearestForm[] nearest =
          Arrays.stream(images)
              .map(image -> NearestForm.of(image, side))
              .toArray(NearestForm[]::new);
      Map<Form, Integer> forms = new EnumMap<>(Form.class);
      int[] hues = new int[DrawnForm.HUES];
      int clean = 0;
      for (NearestForm fit : nearest) {
        if (fit.isClean()) {
          clean++;
          forms.merge(fit.form().form(), 1, Integer::sum);
          hues[(int) Math.round(DrawnForm.HUES * fit.form().hue())]++;
        }
      }
      double[] distances = Arrays.stream(nearest).mapToDouble(NearestForm::distance).toArray();
      Arrays.sort(distances);
      System.out.printf(
          Locale.ROOT,
          "%s: %d of %d clean (%.1f%%); forms %s; hues %s; distance: median %.3f, 90%% %.3f%n",
          file,
          clean,
          images.length,
          100.0 * clean / images.length,
          forms,
          Arrays.toString(hues),
          distances[distances.length / 2],
          distances[9 * distances.length / 10]);
      printClasses(nearest, labels);
    }
  }

  private static void printClasses(NearestForm[] nearest, double[] labels) {
    // 3 forms, or 18 forms of a colour.
    boolean kinds = Arrays.stream(labels).anyMatch(label -> label >= DrawnForm.FORMS.size());
    int right = 0;
    int clean = 0;
    int cleanAndRight = 0;
    for (int i = 0; i < labels.length; i++) {
      boolean isRight =
          (int) labels[i] == (kinds ? nearest[i].form().kind() : nearest[i].form().form().number());
      right += isRight ? 1 : 0;
      clean += nearest[i].isClean() ? 1 : 0;
      cleanAndRight += isRight && nearest[i].isClean() ? 1 : 0;
    }
    if (labels.length > 0) {
      System.out.printf(
          "  of their class: %d of %d, and %d of the %d clean ones%n",
          right, labels.length, cleanAndRight, clean);
    }
  }

  private static double[] labels(Path file, int count) throws IOException {
    try (NpzFile npz = NpzFile.open(file)) {
      if (!npz.names().contains("labels")) {
        return new double[0];
      }
      try (NpyReader array = npz.array("labels")) {
        return array.nextDoubles(count);
      }
    }
  }

  private static byte[][] read(Path file) throws IOException {
    try (NpzFile npz = NpzFile.open(file);
        NpyReader array = npz.array("arr_0")) {
      long[] shape = array.header().shape().asArray();
      int size = (int) (shape[1] * shape[2] * shape[3]);
      byte[][] images = new byte[(int) shape[0]][];
      for (int i = 0; i < images.length; i++) {
        images[i] = array.next(size).array();
      }
      return images;
    }
  }
}
