package org.couplet.selftest;

import java.util.List;
import org.couplet.inspection.KernelCall;
import org.tensorflow.ndarray.Shape;

/**
 * How a convolution's filter moves over an image.
 *
 * @param rows of the batch
 * @param image its size
 * @param filter its size
 * @param result its size
 * @param stride of the filter
 * @param dilation of the filter
 * @param before zeros before the image
 */
record Window(
    int rows, Pair image, Pair filter, Pair result, Pair stride, Pair dilation, Pair before) {
  /** Numbers along both axes of an image. */
  record Pair(int y, int x) {
    int area() {
      return y * x;
    }
  }

  /**
   * Of a convolution.
   *
   * @param image [n, h, w, ...]
   * @param filter [k, l, ...]
   * @param result [n, h', w', ...]
   */
  static Window of(KernelCall call, Shape image, Shape filter, Shape result) {
    Pair stride = pair(call.strides(), 1);
    Pair dilation = pair(call.dilations(), 1);
    return new Window(
        (int) image.get(0),
        pair(image.toListOrNull(), 1),
        pair(filter.toListOrNull(), 0),
        pair(result.toListOrNull(), 1),
        stride,
        dilation,
        new Pair(before(call, 1, image, filter, result), before(call, 2, image, filter, result)));
  }

  private static int before(KernelCall call, int axis, Shape image, Shape filter, Shape result) {
    long reach = (filter.get(axis - 1) - 1) * call.dilations().get(axis) + 1;
    long needed = (result.get(axis) - 1) * call.strides().get(axis) + reach - image.get(axis);
    return switch (call.padding()) {
      case "SAME" -> (int) Math.max(0, needed) / 2;
      case "EXPLICIT" -> Math.toIntExact(call.explicitPaddings().get(2 * axis));
      default -> 0;
    };
  }

  private static Pair pair(List<Long> numbers, int first) {
    return new Pair(Math.toIntExact(numbers.get(first)), Math.toIntExact(numbers.get(first + 1)));
  }

  int imageSize() {
    return rows * image.area();
  }

  int resultSize() {
    return rows * result.area();
  }

  int filterSize() {
    return filter.area();
  }

  /** The convolution of an image's pixels by a filter's taps. */
  double[] convolved(double[] image, double[] filter) {
    double[] result = new double[resultSize()];
    forEach((pixel, tap, to) -> result[to] += image[pixel] * filter[tap]);
    return result;
  }

  /** The gradient by the image, of the filter and the result's gradient. */
  double[] imageGradient(double[] filter, double[] result) {
    double[] image = new double[imageSize()];
    forEach((pixel, tap, from) -> image[pixel] += filter[tap] * result[from]);
    return image;
  }

  /** The gradient by the filter, of the image and the result's gradient. */
  double[] filterGradient(double[] image, double[] result) {
    double[] filter = new double[filterSize()];
    forEach((pixel, tap, from) -> filter[tap] += image[pixel] * result[from]);
    return filter;
  }

  /** Takes the indices of an image's pixel, a filter's tap and a result's pixel that meet. */
  @FunctionalInterface
  private interface Meeting {
    /** Called once for each. */
    void at(int image, int tap, int result);
  }

  private void forEach(Meeting meeting) {
    for (int to = 0; to < resultSize(); to++) {
      int row = to / result.area();
      int i = to / result.x() % result.y() * stride.y() - before.y();
      int j = to % result.x() * stride.x() - before.x();
      for (int tap = 0; tap < filterSize(); tap++) {
        int y = i + tap / filter.x() * dilation.y();
        int x = j + tap % filter.x() * dilation.x();
        if (y >= 0 && x >= 0 && y < image.y() && x < image.x()) {
          meeting.at((row * image.y() + y) * image.x() + x, tap, to);
        }
      }
    }
  }
}
