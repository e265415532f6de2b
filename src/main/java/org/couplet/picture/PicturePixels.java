package org.couplet.picture;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * What Java decoded, as a picture: turned upright, laid over a background, 0..255. Greys keep their
 * values, whatever gamma Java takes them to have.
 */
final class PicturePixels {
  private static final int COLOURS = 3;
  private static final float[][] PROBES = {
    {0.2f, 0.2f, 0.2f},
    {0.5f, 0.5f, 0.5f},
    {0.8f, 0.2f, 0.2f},
    {0.2f, 0.8f, 0.2f},
    {0.2f, 0.2f, 0.8f}
  };
  // What 8 bits don't show.
  private static final float NEAR = 1 / 255f;

  private final Orientation orientation;
  private final PictureReading.Colour background;
  private PictureNotes notes;

  PicturePixels(Orientation orientation, PictureReading.Colour background, PictureNotes notes) {
    this.orientation = orientation;
    this.background = background;
    this.notes = notes;
  }

  Picture of(BufferedImage image) {
    ColorModel model = image.getColorModel();
    ColorSpace space = model.getColorSpace();
    if (space.getType() == ColorSpace.TYPE_CMYK && image.getRaster().getNumBands() >= 4) {
      return ofInks(image.getRaster(), false, false);
    }
    if (model.getComponentSize(0) > 8) {
      add(PictureTrait.SIXTEEN_BITS);
    }
    boolean grey = space.getType() == ColorSpace.TYPE_GRAY || isGreyPalette(model);
    if (grey) {
      add(PictureTrait.GREY);
    }
    // Java's decoder of TIFF calls the RGB linear that it makes of YCbCr, which it is not.
    boolean plain =
        space.getType() == ColorSpace.TYPE_GRAY
            || isSrgb(space)
            || space.equals(ColorSpace.getInstance(ColorSpace.CS_LINEAR_RGB));
    if (!plain) {
      add(PictureTrait.PROFILE);
    }
    // BufferedImage.getRGB takes greys for linear light and brightens them; their samples are as
    // good as sRGB already.
    return plain && !(model instanceof IndexColorModel)
        ? ofSamples(image, grey)
        : ofColours(image, grey);
  }

  // A profile's name may lie; what it makes of colours does not.
  private static boolean isSrgb(ColorSpace space) {
    if (space.isCS_sRGB() || space.getType() != ColorSpace.TYPE_RGB) {
      return space.isCS_sRGB();
    }
    for (float[] colour : PROBES) {
      float[] converted = space.toRGB(colour);
      for (int i = 0; i < COLOURS; i++) {
        if (Math.abs(converted[i] - colour[i]) > NEAR) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isGreyPalette(ColorModel model) {
    if (!(model instanceof IndexColorModel palette)) {
      return false;
    }
    for (int i = 0; i < palette.getMapSize(); i++) {
      int red = palette.getRed(i);
      if (palette.getGreen(i) != red || palette.getBlue(i) != red) {
        return false;
      }
    }
    return true;
  }

  private void add(PictureTrait trait) {
    if (!notes.traits().contains(trait)) {
      notes = notes.with(trait);
    }
  }

  // Something coloured may show through what is not opaque.
  private int channels(boolean grey, ColorModel model) {
    return grey && (!model.hasAlpha() || background.isGrey()) ? 1 : COLOURS;
  }

  private Picture ofSamples(BufferedImage image, boolean grey) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int bands = raster.getNumBands();
    int alpha = model.hasAlpha() ? bands - 1 : -1;
    float[] scale = scale(model, bands);
    ImageSize stored = new ImageSize(image.getHeight(), image.getWidth());
    int channels = channels(grey, model);
    float[] values = new float[Math.toIntExact(stored.pixels() * channels)];
    int[] row = new int[stored.width() * bands];
    for (int y = 0; y < stored.height(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, stored.width(), 1, row);
      int at = orientation.target(stored, y, 0) * channels;
      int step = (orientation.target(stored, y, 1) * channels) - at;
      for (int pixel = 0; pixel < row.length; pixel += bands, at += step) {
        float opacity = alpha < 0 ? 1 : row[pixel + alpha] * scale[alpha] / 255;
        for (int channel = 0; channel < channels; channel++) {
          int band = grey ? 0 : channel;
          values[at + channel] = row[pixel + band] * scale[band];
        }
        if (opacity < 1) {
          add(PictureTrait.TRANSPARENT);
          layOver(values, at, channels, opacity, model.isAlphaPremultiplied());
        }
      }
    }
    return picture(stored, channels, values);
  }

  private void layOver(float[] values, int at, int channels, float opacity, boolean premultiplied) {
    for (int i = 0; i < channels; i++) {
      float own = premultiplied ? values[at + i] : values[at + i] * opacity;
      values[at + i] = own + (1 - opacity) * background.channel(i);
    }
  }

  // What brings each band to 0..255.
  private static float[] scale(ColorModel model, int bands) {
    float[] scale = new float[bands];
    for (int band = 0; band < bands; band++) {
      scale[band] = 255f / ((1 << model.getComponentSize(band)) - 1);
    }
    return scale;
  }

  private Picture ofColours(BufferedImage image, boolean grey) {
    ImageSize stored = new ImageSize(image.getHeight(), image.getWidth());
    int channels = channels(grey, image.getColorModel());
    float[] values = new float[Math.toIntExact(stored.pixels() * channels)];
    int[] row = new int[stored.width()];
    for (int y = 0; y < stored.height(); y++) {
      image.getRGB(0, y, stored.width(), 1, row, 0, stored.width());
      int at = orientation.target(stored, y, 0) * channels;
      int step = (orientation.target(stored, y, 1) * channels) - at;
      for (int colour : row) {
        for (int channel = 0; channel < channels; channel++) {
          values[at + channel] = (colour >> (16 - 8 * channel)) & 0xff;
        }
        if (colour >>> 24 < 255) {
          add(PictureTrait.TRANSPARENT);
          layOver(values, at, channels, (colour >>> 24) / 255f, false);
        }
        at += step;
      }
    }
    return picture(stored, channels, values);
  }

  /**
   * Four inks: each takes its share of the light that black leaves.
   *
   * @param ycc whether the first three are brightness and two of colour
   * @param inverted whether they are stored as light, not as ink
   */
  Picture ofInks(Raster raster, boolean ycc, boolean inverted) {
    add(PictureTrait.CMYK);
    return ofBands(
        raster,
        COLOURS,
        (inks, light) -> {
          if (ycc) {
            toColours(inks);
            for (int i = 0; i < COLOURS; i++) {
              inks[i] = 255 - inks[i];
            }
          }
          for (int i = 0; i < COLOURS; i++) {
            light[i] = inverted ? inks[i] * inks[3] / 255 : (255 - inks[i]) * (255 - inks[3]) / 255;
          }
        });
  }

  /** One or three channels of a JPEG, as they are stored. */
  Picture ofJpeg(Raster raster, boolean ycc) throws UnreadableImageException {
    int bands = raster.getNumBands();
    if (bands != 1 && bands != COLOURS) {
      throw UnreadableImageException.corrupt(bands + " channels");
    }
    if (bands == 1) {
      add(PictureTrait.GREY);
    }
    return ofBands(
        raster,
        bands,
        (stored, colours) -> {
          if (ycc) {
            toColours(stored);
          }
          System.arraycopy(stored, 0, colours, 0, bands);
        });
  }

  /** One pixel from its bands to its channels, 0..255. */
  private interface Conversion {
    void apply(float[] bands, float[] channels);
  }

  private Picture ofBands(Raster raster, int channels, Conversion conversion) {
    int bands = raster.getNumBands();
    ImageSize stored = new ImageSize(raster.getHeight(), raster.getWidth());
    float[] values = new float[Math.toIntExact(stored.pixels() * channels)];
    float[] row = new float[stored.width() * bands];
    float[] from = new float[bands];
    float[] to = new float[channels];
    for (int y = 0; y < stored.height(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, stored.width(), 1, row);
      int at = orientation.target(stored, y, 0) * channels;
      int step = (orientation.target(stored, y, 1) * channels) - at;
      for (int pixel = 0; pixel < row.length; pixel += bands, at += step) {
        System.arraycopy(row, pixel, from, 0, bands);
        conversion.apply(from, to);
        System.arraycopy(to, 0, values, at, channels);
      }
    }
    return picture(stored, channels, values);
  }

  // JFIF's YCbCr to red, green, blue, rounded as decoders do.
  private static void toColours(float[] ycc) {
    float y = ycc[0];
    float blue = ycc[1] - 128;
    float red = ycc[2] - 128;
    ycc[0] = level(y + 1.402f * red);
    ycc[1] = level(y - 0.344136f * blue - 0.714136f * red);
    ycc[2] = level(y + 1.772f * blue);
  }

  private static float level(float value) {
    return Math.min(Math.max(Math.round(value), 0), 255);
  }

  private Picture picture(ImageSize stored, int channels, float[] values) {
    ImageSize upright = orientation.upright(stored);
    return new Picture(upright.height(), upright.width(), channels, values, notes);
  }
}
