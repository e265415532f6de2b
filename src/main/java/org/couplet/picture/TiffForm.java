package org.couplet.picture;

import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.COMPRESSION_JPEG;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.COMPRESSION_NONE;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.COMPRESSION_OLD_JPEG;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_BLACK_IS_ZERO;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_CIELAB;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_CMYK;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_ICCLAB;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_PALETTE_COLOR;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_RGB;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_TRANSPARENCY_MASK;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_WHITE_IS_ZERO;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_Y_CB_CR;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PREDICTOR_NONE;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.SAMPLE_FORMAT_UNDEFINED;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.SAMPLE_FORMAT_UNSIGNED_INTEGER;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_BITS_PER_SAMPLE;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_COLOR_MAP;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_COMPRESSION;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_IMAGE_LENGTH;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_IMAGE_WIDTH;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_PLANAR_CONFIGURATION;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_PREDICTOR;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_ROWS_PER_STRIP;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_SAMPLE_FORMAT;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_Y_CB_CR_SUBSAMPLING;

import java.util.Arrays;
import java.util.Set;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;

/**
 * How a TIFF stores its colours. Java's decoder takes many forms for others, without a word: Lab or
 * 12 bits for red, green and blue. So only those pass that it is known to read right.
 */
final class TiffForm {
  private static final Set<Integer> DEPTHS = Set.of(1, 2, 4, 8, 16);
  private static final Set<Integer> WHOLE_BYTES = Set.of(8, 16);
  private static final Set<Integer> SUBSAMPLING = Set.of(1, 2, 4);

  private final TIFFDirectory directory;

  /**
   * @param directory as Java's decoder found it
   */
  TiffForm(TIFFDirectory directory) {
    this.directory = directory;
  }

  /**
   * Checks that Java's decoder reads it right.
   *
   * @throws UnreadableImageException if it doesn't, or not for certain
   */
  void check() throws UnreadableImageException {
    if (!directory.containsTIFFField(TAG_PHOTOMETRIC_INTERPRETATION)) {
      throw UnreadableImageException.corrupt("it does not say what its colours are");
    }
    checkNumbers();
    int colours = first(TAG_PHOTOMETRIC_INTERPRETATION, -1);
    if ((colours == PHOTOMETRIC_INTERPRETATION_PALETTE_COLOR)
        != directory.containsTIFFField(TAG_COLOR_MAP)) {
      throw UnreadableImageException.corrupt("a palette and colours that do not fit");
    }
    switch (colours) {
      case PHOTOMETRIC_INTERPRETATION_WHITE_IS_ZERO, PHOTOMETRIC_INTERPRETATION_BLACK_IS_ZERO -> {
        checkSamples("greys", 1, 2);
        checkDepth("greys", samples() == 1 ? DEPTHS : WHOLE_BYTES);
      }
      case PHOTOMETRIC_INTERPRETATION_RGB -> {
        checkSamples("RGB", 3, 4);
        checkDepth("RGB", WHOLE_BYTES);
      }
      case PHOTOMETRIC_INTERPRETATION_PALETTE_COLOR -> {
        checkSamples("a palette", 1, 1);
        checkDepth("a palette", DEPTHS);
      }
      case PHOTOMETRIC_INTERPRETATION_CMYK -> {
        checkSamples("CMYK", 4, 4);
        checkDepth("CMYK", Set.of(8));
        if (isJpeg()) {
          throw refusal("CMYK as JPEG");
        }
      }
      case PHOTOMETRIC_INTERPRETATION_Y_CB_CR -> checkBrightnessAndColours();
      case PHOTOMETRIC_INTERPRETATION_CIELAB -> throw refusal("CIELab");
      case PHOTOMETRIC_INTERPRETATION_ICCLAB, 10 -> throw refusal("Lab");
      case PHOTOMETRIC_INTERPRETATION_TRANSPARENCY_MASK -> throw refusal("a mask");
      case 32844, 32845 -> throw refusal("logarithms of light");
      default -> throw refusal("colours of an unknown form, number " + colours);
    }
  }

  private void checkNumbers() throws UnreadableImageException {
    int format = first(TAG_SAMPLE_FORMAT, SAMPLE_FORMAT_UNSIGNED_INTEGER);
    int bits = bits();
    if (bits > 16) {
      throw new UnreadableImageException("deep", "%d bits a channel; 16 are read".formatted(bits));
    }
    if (format != SAMPLE_FORMAT_UNSIGNED_INTEGER && format != SAMPLE_FORMAT_UNDEFINED) {
      throw refusal(format == 2 ? "signed numbers" : "floating-point numbers");
    }
    if (directory.containsTIFFField(TAG_BITS_PER_SAMPLE)
        && Arrays.stream(ints(TAG_BITS_PER_SAMPLE)).anyMatch(each -> each != bits)) {
      throw refusal("channels of different depths");
    }
  }

  private void checkSamples(String colours, int least, int most) throws UnreadableImageException {
    if (samples() < least || samples() > most) {
      throw refusal("%s in %d channels".formatted(colours, samples()));
    }
  }

  private void checkDepth(String colours, Set<Integer> allowed) throws UnreadableImageException {
    if (!allowed.contains(bits())) {
      throw refusal("%s of %d bits a channel".formatted(colours, bits()));
    }
  }

  private void checkBrightnessAndColours() throws UnreadableImageException {
    if (isJpeg()) {
      return;
    }
    checkSamples("YCbCr", 3, 3);
    checkDepth("YCbCr", Set.of(8));
    if (first(TAG_PLANAR_CONFIGURATION, 1) != 1) {
      throw refusal("YCbCr in planes");
    }
    checkSubsampling();
  }

  // Where pixels share colours, Java loses its place at an end in the middle of such a group, and
  // undoes a predictor between the wrong bytes.
  private void checkSubsampling() throws UnreadableImageException {
    int[] group =
        directory.containsTIFFField(TAG_Y_CB_CR_SUBSAMPLING)
            ? ints(TAG_Y_CB_CR_SUBSAMPLING)
            : new int[] {2, 2};
    if (Arrays.equals(group, new int[] {1, 1})) {
      return;
    }
    int height = first(TAG_IMAGE_LENGTH, 0);
    if (group.length != 2
        || !SUBSAMPLING.contains(group[0])
        || !SUBSAMPLING.contains(group[1])
        || first(TAG_IMAGE_WIDTH, 0) % group[0] != 0
        || height % group[1] != 0
        || Math.min(first(TAG_ROWS_PER_STRIP, height), height) % group[1] != 0
        || first(TAG_PREDICTOR, PREDICTOR_NONE) != PREDICTOR_NONE) {
      throw refusal("YCbCr whose pixels share colours, at an odd size or with a predictor");
    }
  }

  private boolean isJpeg() {
    int compression = first(TAG_COMPRESSION, COMPRESSION_NONE);
    return compression == COMPRESSION_JPEG || compression == COMPRESSION_OLD_JPEG;
  }

  private int samples() {
    return first(TAG_SAMPLES_PER_PIXEL, 1);
  }

  private int bits() {
    return first(TAG_BITS_PER_SAMPLE, isJpeg() ? 8 : 1);
  }

  private int first(int tag, int absent) {
    TIFFField field = directory.getTIFFField(tag);
    return field == null ? absent : field.getAsInt(0);
  }

  private int[] ints(int tag) {
    TIFFField field = directory.getTIFFField(tag);
    int[] values = new int[field.getCount()];
    Arrays.setAll(values, field::getAsInt);
    return values;
  }

  /** A TIFF with something that is not read. */
  static UnreadableImageException refusal(String form) {
    return new UnreadableImageException(
        "form of tiff",
        "a TIFF with %s, which is not read; save it as RGB of 8 bits".formatted(form));
  }
}
