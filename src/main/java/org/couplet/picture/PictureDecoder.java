package org.couplet.picture;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.TIFFDirectory;
import org.jspecify.annotations.Nullable;

/**
 * One picture file of any kind that {@link PictureKind} reads, as its pixels: one channel if it is
 * stored as one, else red, green, blue. 16 bits are scaled to 8, palettes are looked up, inks and
 * colours with a profile other than sRGB are converted, of many frames the first is taken. {@link
 * PictureReading} says what becomes of orientation and transparency.
 *
 * <p>What a file claims is checked before it is used: its size, its pixels, the scans of a
 * progressive JPEG. Work that takes too long can be aborted from another thread.
 */
public final class PictureDecoder {
  /** Most pixels of a picture: 8192 x 8192. A damaged header must not ask for all memory. */
  public static final long MAXIMUM_PIXELS = 1L << 26;

  /** Most scans of a progressive JPEG; each is a pass over all pixels. Usual are ten. */
  public static final int MAXIMUM_SCANS = 100;

  /** Most seconds that the pixels of one picture may take. */
  public static final int MAXIMUM_SECONDS = 60;

  private static final int MAXIMUM_BYTES = 1 << 28;
  // Larger ones are kept in memory one at a time.
  private static final int LARGE_BYTES = 1 << 24;

  private final PictureReading reading;
  private final PixelBudget.Share memory;

  private volatile long begun;
  private volatile boolean aborted;
  private volatile @Nullable PictureInput input;
  private volatile @Nullable ImageReader reader;

  /**
   * Decodes one image.
   *
   * @param memory takes the pixels that the file's header claims; the caller closes it
   */
  public PictureDecoder(PictureReading reading, PixelBudget.Share memory) {
    this.reading = reading;
    this.memory = memory;
  }

  /**
   * Decodes one file. What its first bytes show to be no picture is not read on; a picture is read
   * to the file's end before it is decoded.
   *
   * @param file its bytes; not closed. An exception that it throws itself is passed on
   * @throws UnreadableImageException if it is damaged, cut off, too large, or of no such kind
   */
  public Picture decode(InputStream file) throws IOException {
    byte[] head = file.readNBytes(PictureKind.HEAD);
    PictureKind kind = PictureKind.of(head);
    if (!kind.isRead()) {
      throw kind.refusal();
    }
    return decode(kind, readOn(file, head));
  }

  private byte[] readOn(InputStream file, byte[] head) throws IOException {
    byte[] rest = file.readNBytes(LARGE_BYTES);
    byte[] more = {};
    if (rest.length == LARGE_BYTES) {
      memory.takeLargeFile();
      more = file.readNBytes(MAXIMUM_BYTES - LARGE_BYTES);
      if (file.read() >= 0) {
        throw new UnreadableImageException(
            "too large", "larger than %d MB".formatted(MAXIMUM_BYTES >> 20));
      }
    }
    byte[] all = Arrays.copyOf(head, head.length + rest.length + more.length);
    System.arraycopy(rest, 0, all, head.length, rest.length);
    System.arraycopy(more, 0, all, head.length + rest.length, more.length);
    return all;
  }

  /** Seconds since the pixels have been decoded; 0 before, be it for want of memory. */
  public double seconds() {
    return begun == 0 ? 0 : (System.nanoTime() - begun) / 1e9;
  }

  /** Lets the decoding fail as soon as it can, and gives its memory back; on any thread. */
  public void abort() {
    aborted = true;
    PictureInput in = input;
    if (in != null) {
      in.abort();
    }
    ImageReader decoding = reader;
    if (decoding != null) {
      decoding.abort();
    }
  }

  /** What is thrown once the decoding was aborted. */
  public static UnreadableImageException tooSlow() {
    return new UnreadableImageException(
        "too slow", "not decoded within %d seconds".formatted(MAXIMUM_SECONDS));
  }

  private Picture decode(PictureKind kind, byte[] file) throws UnreadableImageException {
    ImageReader decoding = ImageIO.getImageReadersByFormatName(kind.name()).next();
    try (PictureInput in = new PictureInput(file)) {
      input = in;
      reader = decoding;
      Picture picture = read(kind, file, decoding, in);
      if (aborted) {
        throw tooSlow();
      }
      return picture;
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The JDK's readers meet damaged files with all kinds of unchecked exceptions.
      throw aborted ? tooSlow() : UnreadableImageException.corrupt(oneLine(e), e);
    } finally {
      reader = null;
      decoding.dispose();
    }
  }

  private Picture read(PictureKind kind, byte[] file, ImageReader decoding, PictureInput in)
      throws IOException {
    String[] damage = {""};
    decoding.addIIOReadWarningListener(
        (source, warning) -> damage[0] = isDamage(warning) ? warning : damage[0]);
    if (kind == PictureKind.PNG) {
      PngChunks.check(file);
    }
    if (kind == PictureKind.WEBP) {
      checkLength(file);
    }
    if (kind == PictureKind.TIFF) {
      checkPlace(TiffDirectory.of(ByteBuffer.wrap(file)));
    }
    Metadata metadata = Metadata.of(kind, file);
    Optional<JpegHeader> jpeg =
        kind == PictureKind.JPEG ? Optional.of(checked(JpegHeader.of(file))) : Optional.empty();
    boolean frames = kind == PictureKind.GIF;
    decoding.setInput(in, !frames, true);
    ImageSize size = checkedSize(decoding);
    if (kind == PictureKind.TIFF) {
      new TiffForm(TIFFDirectory.createFromMetadata(decoding.getImageMetadata(0))).check();
    }
    memory.take(size);
    begun = System.nanoTime();

    Set<PictureTrait> traits = EnumSet.noneOf(PictureTrait.class);
    if (!metadata.orientation().isUpright()) {
      traits.add(PictureTrait.ORIENTED);
    }
    if (metadata.profile()) {
      traits.add(PictureTrait.PROFILE);
    }
    PicturePixels pixels =
        new PicturePixels(
            reading.upright() ? metadata.orientation() : Orientation.UPRIGHT,
            reading.background(),
            new PictureNotes(Optional.of(kind), traits));
    Picture picture =
        jpeg.isEmpty() ? pixels.of(decoding.read(0)) : read(decoding, jpeg.get(), pixels);
    if (!damage[0].isEmpty()) {
      throw UnreadableImageException.corrupt(damage[0].lines().findFirst().orElse("damaged"));
    }
    boolean more = metadata.more() || (frames && decoding.getNumImages(true) > 1);
    return more ? picture.with(PictureTrait.FIRST_OF_MANY) : picture;
  }

  // The decoder of WebP takes zeros where a file is cut off.
  private static void checkLength(byte[] webp) throws UnreadableImageException {
    long claimed = Integer.toUnsignedLong(ByteBuffer.wrap(webp).order(LITTLE_ENDIAN).getInt(4));
    if (claimed + 8 > webp.length) {
      throw UnreadableImageException.corrupt("it ends too early");
    }
  }

  // Training on thumbnails of 160 pixels, nobody would notice.
  private static void checkPlace(TiffDirectory first) throws UnreadableImageException {
    if (first.isCameraRaw()) {
      throw PictureKind.CAMERA_RAW.refusal();
    }
    if (first.isPreview() && first.more()) {
      throw TiffForm.refusal("a preview before the picture");
    }
    first.checkSizes();
  }

  // Java knows no inks, and not all metadata that photographs have.
  private static Picture read(ImageReader decoding, JpegHeader jpeg, PicturePixels pixels)
      throws IOException {
    if (jpeg.components() == 4) {
      return pixels.ofInks(decoding.readRaster(0, null), jpeg.isYcc(), true);
    }
    BufferedImage image;
    try {
      image = decoding.read(0);
    } catch (IIOException | IllegalArgumentException e) {
      return pixels.ofJpeg(decoding.readRaster(0, null), jpeg.isYcc());
    }
    return pixels.of(image);
  }

  private static JpegHeader checked(JpegHeader jpeg) throws UnreadableImageException {
    if (jpeg.scans() > MAXIMUM_SCANS) {
      throw new UnreadableImageException(
          "too many scans",
          "%d scans, more than %d: each is a pass over all pixels"
              .formatted(jpeg.scans(), MAXIMUM_SCANS));
    }
    return jpeg;
  }

  private static ImageSize checkedSize(ImageReader decoding) throws IOException {
    int height = decoding.getHeight(0);
    int width = decoding.getWidth(0);
    if (height < 1 || width < 1) {
      throw UnreadableImageException.corrupt("%d x %d pixels".formatted(height, width));
    }
    ImageSize size = new ImageSize(height, width);
    if (size.pixels() > MAXIMUM_PIXELS) {
      throw new UnreadableImageException(
          "too large",
          "%s, more than %d million".formatted(size.inPixels(), MAXIMUM_PIXELS / 1_000_000));
    }
    return size;
  }

  // The JPEG library fills up what is missing with grey and merely warns.
  private static boolean isDamage(String warning) {
    String text = warning.toLowerCase(Locale.ROOT);
    return text.contains("truncated") || (text.contains("corrupt") && !text.contains("extraneous"));
  }

  private static String oneLine(Exception e) {
    // Unchecked ones speak of Java's own classes and variables, not of the picture.
    String message = e instanceof IOException ? e.getMessage() : null;
    if (message == null || message.isBlank()) {
      return e instanceof EOFException ? "it ends too early" : "damaged";
    }
    return message.lines().findFirst().orElse("").strip();
  }
}
