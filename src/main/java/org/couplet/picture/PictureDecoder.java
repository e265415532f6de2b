package org.couplet.picture;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A file of any kind that {@link PictureKind} reads, to red, green, blue. Greys keep their values
 * in all three channels, 16 bits are scaled to 8, palettes are looked up, colours with a profile
 * other than sRGB are converted to sRGB, and what is transparent lies over black. An orientation
 * noted in a photograph's metadata is not applied. JPEGs in CMYK are not read.
 */
public final class PictureDecoder {
  private static final int CHANNELS = 3;
  // 8192 x 8192, 0.8 GB when decoded: a damaged header must not ask for all memory.
  private static final long MAXIMUM_PIXELS = 1L << 26;

  // A larger file is no picture that anybody trains on.
  private static final int MAXIMUM_BYTES = 1 << 28;

  private final PixelBudget.Share memory;

  /**
   * Decodes one image.
   *
   * @param memory takes the pixels that the file's header tells; the caller closes it
   */
  public PictureDecoder(PixelBudget.Share memory) {
    this.memory = memory;
  }

  /**
   * Decodes one file. What its first bytes show to be no picture is not read on; a picture is read
   * to the file's end before it is decoded.
   *
   * @param file its bytes; not closed. An exception that it throws itself is passed on
   * @return 3 channels
   * @throws UnreadableImageException if it is damaged, cut off, too large, or of no such kind
   */
  public Picture decode(InputStream file) throws IOException {
    byte[] head = file.readNBytes(PictureKind.HEAD);
    PictureKind kind = PictureKind.of(head);
    if (!kind.isRead()) {
      throw kind.refusal();
    }
    byte[] rest = file.readNBytes(MAXIMUM_BYTES - head.length);
    if (file.read() >= 0) {
      throw new UnreadableImageException(
          "too large", "larger than %d MB".formatted(MAXIMUM_BYTES >> 20));
    }
    byte[] all = Arrays.copyOf(head, head.length + rest.length);
    System.arraycopy(rest, 0, all, head.length, rest.length);
    return decode(kind, all);
  }

  private Picture decode(PictureKind kind, byte[] file) throws UnreadableImageException {
    ImageReader reader = ImageIO.getImageReadersByFormatName(kind.name()).next();
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      return read(reader, in);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The JDK's readers meet damaged files with all kinds of unchecked exceptions.
      throw UnreadableImageException.corrupt(oneLine(e), e);
    } finally {
      reader.dispose();
    }
  }

  private Picture read(ImageReader reader, ImageInputStream in) throws IOException {
    String[] damage = {""};
    reader.addIIOReadWarningListener(
        (source, warning) -> damage[0] = isDamage(warning) ? warning : damage[0]);
    reader.setInput(in, true, true);
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > MAXIMUM_PIXELS) {
      throw new UnreadableImageException(
          "too large",
          "%d x %d pixels are too many".formatted(reader.getWidth(0), reader.getHeight(0)));
    }
    memory.take(pixels);
    BufferedImage image = reader.read(0);
    if (!damage[0].isEmpty()) {
      throw UnreadableImageException.corrupt(damage[0].lines().findFirst().orElse("damaged"));
    }
    return rgb(image);
  }

  // The JPEG library fills up what is missing with grey and merely warns.
  private static boolean isDamage(String warning) {
    String text = warning.toLowerCase(Locale.ROOT);
    return text.contains("truncated") || (text.contains("corrupt") && !text.contains("extraneous"));
  }

  private static String oneLine(Exception e) {
    String message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e instanceof EOFException ? "it ends too early" : "damaged";
    }
    return message.lines().findFirst().orElse("").strip();
  }

  private static Picture rgb(BufferedImage image) throws UnreadableImageException {
    ColorModel model = image.getColorModel();
    // Java takes all of them for inverted and converts roughly: no colours to rely on.
    if (model.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
      throw new UnreadableImageException("cmyk", "CMYK colours are not read; save it as RGB");
    }
    boolean grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    boolean plain = grey || model.getColorSpace().isCS_sRGB();
    // BufferedImage.getRGB takes greys for linear light and brightens them; their samples are as
    // good as sRGB already.
    boolean samples = plain && !(model instanceof IndexColorModel);
    Set<PictureTrait> traits = EnumSet.noneOf(PictureTrait.class);
    if (grey) {
      traits.add(PictureTrait.GREY);
    }
    if (model.getComponentSize(0) > 8) {
      traits.add(PictureTrait.SIXTEEN_BITS);
    }
    float[] values = samples ? fromSamples(image, grey, traits) : fromColours(image, traits);
    return new Picture(image.getHeight(), image.getWidth(), CHANNELS, values, traits);
  }

  private static float[] fromSamples(BufferedImage image, boolean grey, Set<PictureTrait> traits) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int bands = raster.getNumBands();
    int alpha = model.hasAlpha() ? bands - 1 : -1;
    boolean overBlack = alpha >= 0 && !model.isAlphaPremultiplied();
    float[] highest = highest(model, bands);
    int width = image.getWidth();
    float[] values = new float[image.getHeight() * width * CHANNELS];
    int[] row = new int[width * bands];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int pixel = 0; pixel < row.length; pixel += bands) {
        float opacity = overBlack ? row[pixel + alpha] / highest[alpha] : 1;
        if (opacity < 1) {
          traits.add(PictureTrait.TRANSPARENT);
        }
        for (int channel = 0; channel < CHANNELS; channel++) {
          int band = grey ? 0 : channel;
          values[at++] = opacity * 255 * row[pixel + band] / highest[band];
        }
      }
    }
    return values;
  }

  private static float[] highest(ColorModel model, int bands) {
    float[] highest = new float[bands];
    for (int band = 0; band < bands; band++) {
      highest[band] = (1 << model.getComponentSize(band)) - 1;
    }
    return highest;
  }

  private static float[] fromColours(BufferedImage image, Set<PictureTrait> traits) {
    int width = image.getWidth();
    int[] colours = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    float[] values = new float[colours.length * CHANNELS];
    for (int pixel = 0; pixel < colours.length; pixel++) {
      float opacity = (colours[pixel] >>> 24) / 255f;
      if (opacity < 1) {
        traits.add(PictureTrait.TRANSPARENT);
      }
      for (int channel = 0; channel < CHANNELS; channel++) {
        int value = (colours[pixel] >> (16 - 8 * channel)) & 0xff;
        values[CHANNELS * pixel + channel] = opacity * value;
      }
    }
    return values;
  }
}
