package org.couplet.picture;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * What a file is, by its first bytes and never by its name: the forms of pictures that are read,
 * and what else people keep beside pictures, so that it can be named and counted.
 */
public enum PictureKind {
  PNG(true, "a PNG picture"),
  JPEG(true, "a JPEG picture"),
  GIF(true, "a GIF picture"),
  BMP(true, "a BMP picture"),
  TIFF(true, "a TIFF picture"),
  WEBP(true, "a WebP picture"),
  HEIC(false, "a HEIC picture"),
  AVIF(false, "an AVIF picture"),
  JPEG_2000(false, "a JPEG 2000 picture"),
  JPEG_XL(false, "a JPEG XL picture"),
  ICON(false, "an icon"),
  PHOTOSHOP(false, "a Photoshop picture"),
  SVG(false, "an SVG drawing"),
  PDF(false, "a PDF document"),
  VIDEO(false, "a video"),
  AUDIO(false, "sound"),
  ARCHIVE(false, "an archive"),
  ARRAY(false, "a NumPy array"),
  TEXT(false, "text"),
  EMPTY(false, "an empty file"),
  UNKNOWN(false, "of no known form");

  /** How many of a file's first bytes {@link #of} wants to see. */
  public static final int HEAD = 512;

  private static final Set<String> HEIF =
      Set.of("heic", "heix", "hevc", "hevx", "heim", "mif1", "msf1");

  private final boolean read;
  private final String words;

  PictureKind(boolean read, String words) {
    this.read = read;
    this.words = words;
  }

  /** Whether {@link PictureDecoder} reads it. */
  public boolean isRead() {
    return read;
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
    if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return GIF;
    }
    if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
      return TIFF;
    }
    if (isBmp(head, start)) {
      return BMP;
    }
    if (start.startsWith("RIFF") && start.length() >= 12) {
      return ofRiff(start.substring(8, 12));
    }
    if (start.length() >= 12 && start.startsWith("ftyp", 4)) {
      return ofBrand(start.substring(8, 12));
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
    if (brand.startsWith("avi")) {
      return AVIF;
    }
    return HEIF.contains(brand) ? HEIC : brand.startsWith("M4A") ? AUDIO : VIDEO;
  }

  private static PictureKind ofOther(String start) {
    if (start.startsWith("\0\0\0\fjP  ") || start.startsWith("\u00ffO\u00ffQ")) {
      return JPEG_2000;
    }
    if (start.startsWith("\u00ff\n") || start.startsWith("\0\0\0\fJXL ")) {
      return JPEG_XL;
    }
    if (start.startsWith("8BPS")) {
      return PHOTOSHOP;
    }
    if (start.startsWith("\0\0\1\0") || start.startsWith("\0\0\2\0")) {
      return ICON;
    }
    if (start.startsWith("%PDF-")) {
      return PDF;
    }
    if (start.startsWith("\u0093NUMPY")) {
      return ARRAY;
    }
    if (isVideo(start)) {
      return VIDEO;
    }
    if (start.startsWith("ID3") || start.startsWith("OggS") || start.startsWith("fLaC")) {
      return AUDIO;
    }
    return isArchive(start) ? ARCHIVE : ofText(start);
  }

  private static boolean isVideo(String start) {
    return start.startsWith("\u001aE\u00df\u00a3") // Matroska, WebM
        || start.startsWith("\0\0\1\u00ba")
        || start.startsWith("\0\0\1\u00b3")
        || start.startsWith("FLV\1")
        || start.startsWith("moov", 4)
        || start.startsWith("mdat", 4);
  }

  private static boolean isArchive(String start) {
    return start.startsWith("PK\3\4")
        || start.startsWith("PK\5\6")
        || start.startsWith("\u001f\u008b")
        || start.startsWith("BZh")
        || start.startsWith("\u00fd7zXZ\0")
        || start.startsWith("7z\u00bc\u00af'\u001c")
        || start.startsWith("Rar!\u001a\7")
        || start.startsWith("ustar", 257);
  }

  private static PictureKind ofText(String start) {
    if (start.startsWith("\u00ff\u00fe") || start.startsWith("\u00fe\u00ff")) {
      return TEXT; // in UTF-16
    }
    boolean text = start.chars().allMatch(sign -> sign >= ' ' || (sign >= '\t' && sign <= '\r'));
    if (!text) {
      return UNKNOWN;
    }
    return start.toLowerCase(Locale.ROOT).contains("<svg") ? SVG : TEXT;
  }
}
