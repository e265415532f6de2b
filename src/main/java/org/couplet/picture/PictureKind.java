package org.couplet.picture;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a file is, by its first bytes and never by its name: the forms of pictures that are read,
 * and what else people keep beside pictures, so that it can be named and counted.
 */
public enum PictureKind {
  PNG(true, "a PNG picture", "\u0089PNG\r\n\u001a\n"),
  JPEG(true, "a JPEG picture", "\u00ff\u00d8\u00ff"),
  GIF(true, "a GIF picture", "GIF87a", "GIF89a"),
  BMP(true, "a BMP picture"),
  TIFF(true, "a TIFF picture", "II*\0", "MM\0*"),
  WEBP(true, "a WebP picture"),
  BIG_TIFF(false, "a BigTIFF picture", "II+\0", "MM\0+"),
  /** Many are TIFFs in form; {@link TiffDirectory} tells these. */
  CAMERA_RAW(
      false,
      "a raw camera file",
      "FUJIFILMCCD-RAW",
      "IIRO", // Olympus
      "IIRS",
      "MMOR",
      "IIU\0", // Panasonic
      "FOVb", // Sigma
      "\0MRM"), // Minolta
  HEIC(false, "a HEIC picture"),
  AVIF(false, "an AVIF picture"),
  JPEG_2000(false, "a JPEG 2000 picture", "\0\0\0\fjP  ", "\u00ffO\u00ffQ"),
  JPEG_XL(false, "a JPEG XL picture", "\u00ff\n", "\0\0\0\fJXL "),
  JPEG_XR(false, "a JPEG XR picture", "II\u00bc\1"),
  PBM(false, "a PBM picture"),
  PGM(false, "a PGM picture"),
  PPM(false, "a PPM picture"),
  PAM(false, "a PAM picture", "P7\nWIDTH", "P7\n#"),
  TGA(false, "a TGA picture"),
  PCX(false, "a PCX picture"),
  SGI(false, "an SGI picture"),
  SUN_RASTER(false, "a Sun raster picture", "Y\u00a6j\u0095"),
  QOI(false, "a QOI picture", "qoif"),
  DDS(false, "a DDS picture", "DDS "),
  OPENEXR(false, "an OpenEXR picture", "v/1\1"),
  RADIANCE(false, "a Radiance HDR picture", "#?RADIANCE", "#?RGBE"),
  ICON(false, "an icon", "\0\0\1\0", "\0\0\2\0"),
  PHOTOSHOP(false, "a Photoshop picture", "8BPS"),
  SVG(false, "an SVG drawing"),
  POSTSCRIPT(false, "a PostScript document", "%!PS", "\u00c5\u00d0\u00d3\u00c6"),
  PDF(false, "a PDF document", "%PDF-"),
  VIDEO(
      false,
      "a video",
      "\u001aE\u00df\u00a3", // Matroska, WebM
      "\0\0\1\u00ba",
      "\0\0\1\u00b3",
      "FLV\1"),
  AUDIO(false, "sound", "ID3", "OggS", "fLaC"),
  ARCHIVE(
      false,
      "an archive",
      "PK\3\4",
      "PK\5\6",
      "\u001f\u008b",
      "BZh",
      "\u00fd7zXZ\0",
      "7z\u00bc\u00af'\u001c",
      "Rar!\u001a\7"),
  /** NumPy's, in a file or a zip of them. */
  ARRAY(false, "a NumPy array", "\u0093NUMPY"),
  /** Images or labels, as MNIST has them. */
  IDX(false, "an idx file", "\0\0\b\1", "\0\0\b\3"),
  /** Without a mark: known by where it lies. */
  CIFAR_10(false, "a batch of CIFAR-10"),
  TEXT(false, "text", "\u00ff\u00fe", "\u00fe\u00ff"), // in UTF-16; others by all of their bytes
  EMPTY(false, "an empty file"),
  UNKNOWN(false, "of no known form");

  /** How many of a file's first bytes {@link #of} wants to see. */
  public static final int HEAD = 512;

  private static final Set<PictureKind> OTHERS =
      Set.of(POSTSCRIPT, PDF, VIDEO, AUDIO, ARCHIVE, ARRAY, IDX, CIFAR_10, TEXT, EMPTY, UNKNOWN);

  private static final Set<String> HEIF =
      Set.of("heic", "heix", "hevc", "hevx", "heim", "mif1", "msf1");

  private final boolean read;
  private final String words;

  @SuppressWarnings("ImmutableEnumChecker") // Of List.of, which is.
  private final List<String> marks;

  /**
   * @param marks with one of which such files begin, in Latin-1; none if it takes more to know them
   */
  PictureKind(boolean read, String words, String... marks) {
    this.read = read;
    this.words = words;
    this.marks = List.of(marks);
  }

  /** Whether {@link PictureDecoder} reads it. */
  public boolean isRead() {
    return read;
  }

  /** Whether it is a picture, read or not. */
  public boolean isPicture() {
    return !OTHERS.contains(this);
  }

  /** Its name in lists and counts, such as {@code jpeg 2000}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** With its article: {@code a PNG picture}. */
  public String describe() {
    return words;
  }

  /** Why a file of this kind is not taken, where {@link #isRead} is false. */
  public UnreadableImageException refusal() {
    return new UnreadableImageException(
        word(), this == EMPTY || this == UNKNOWN ? words : words + ", which is not read");
  }

  /**
   * The kind of a file.
   *
   * @param head its first {@link #HEAD} bytes, or all if it is shorter
   */
  public static PictureKind of(byte[] head) {
    if (head.length == 0) {
      return EMPTY;
    }
    String start = new String(head, StandardCharsets.ISO_8859_1);
    if (isBmp(head, start)) {
      return BMP;
    }
    if (start.startsWith("RIFF") && start.length() >= 12) {
      return ofRiff(start.substring(8, 12));
    }
    if (start.length() >= 12 && start.startsWith("ftyp", 4)) {
      return ofBrand(start.substring(8, 12));
    }
    // Canon's.
    if (start.startsWith("II*\0\020\0\0\0CR\2") || start.startsWith("HEAPCCDR", 6)) {
      return CAMERA_RAW;
    }
    // Before icons, which may begin alike.
    if (isTga(head)) {
      return TGA;
    }
    for (PictureKind kind : values()) {
      if (kind.marks.stream().anyMatch(start::startsWith)) {
        return kind;
      }
    }
    return ofOther(start);
  }

  // Two letters are few: the size of the second header must be a known one.
  private static boolean isBmp(byte[] head, String start) {
    return start.startsWith("BM")
        && head.length > 17
        && Set.of(12, 16, 40, 52, 56, 64, 108, 124).contains(head[14] & 0xff)
        && head[15] == 0
        && head[16] == 0
        && head[17] == 0;
  }

  private static PictureKind ofRiff(String form) {
    return switch (form) {
      case "WEBP" -> WEBP;
      case "AVI " -> VIDEO;
      case "WAVE" -> AUDIO;
      default -> UNKNOWN;
    };
  }

  private static PictureKind ofBrand(String brand) {
    return switch (brand) {
      case "avif", "avis" -> AVIF;
      case "M4A ", "M4B " -> AUDIO;
      case "crx " -> CAMERA_RAW;
      default -> HEIF.contains(brand) ? HEIC : VIDEO;
    };
  }

  // It has no mark, but few values for its first bytes.
  private static boolean isTga(byte[] head) {
    if (head.length < 18) {
      return false;
    }
    boolean palette = head[1] == 1;
    boolean withoutPalette =
        head[1] == 0
            && head[3] == 0
            && head[4] == 0
            && head[5] == 0
            && head[6] == 0
            && head[7] == 0;
    Set<Integer> forms = palette ? Set.of(1, 9) : Set.of(2, 3, 10, 11);
    boolean hasPixels = (head[12] | head[13]) != 0 && (head[14] | head[15]) != 0;
    return (palette || withoutPalette)
        && forms.contains((int) head[2])
        && hasPixels
        && Set.of(8, 15, 16, 24, 32).contains((int) head[16])
        && (head[17] & 0xc0) == 0;
  }

  private static PictureKind ofOther(String start) {
    if (start.matches("(?s)P[1-6]\\s+[#0-9].*")) {
      return List.of(PBM, PGM, PPM).get((start.charAt(1) - '1') % 3);
    }
    // Version, compression and bits.
    if (start.matches("(?s)\n[\0\2-\5][\0\1][\1\2\4\b].*")) {
      return PCX;
    }
    if (start.matches("(?s)\1\u00da[\0\1][\1\2].*")) {
      return SGI;
    }
    if (start.startsWith("moov", 4) || start.startsWith("mdat", 4)) {
      return VIDEO;
    }
    return start.startsWith("ustar", 257) ? ARCHIVE : ofText(start);
  }

  private static PictureKind ofText(String start) {
    boolean text = start.chars().allMatch(sign -> sign >= ' ' || (sign >= '\t' && sign <= '\r'));
    if (!text) {
      return UNKNOWN;
    }
    return start.toLowerCase(Locale.ROOT).contains("<svg") ? SVG : TEXT;
  }
}
