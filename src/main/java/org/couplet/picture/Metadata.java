package org.couplet.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a file notes beside its pixels: the orientation, a colour profile, and whether more frames
 * follow. What is damaged counts as not there.
 *
 * @param orientation upright if none is noted
 * @param profile whether it has a colour profile that Java applies, and that doesn't name sRGB
 * @param more whether the file says that it has more than one frame or page
 */
record Metadata(Orientation orientation, boolean profile, boolean more) {
  static final Metadata NONE = new Metadata(Orientation.UPRIGHT, false, false);

  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.ISO_8859_1);

  static Metadata of(PictureKind kind, byte[] file) {
    return switch (kind) {
      case JPEG -> ofJpeg(ByteBuffer.wrap(file));
      case PNG -> ofPng(ByteBuffer.wrap(file));
      case WEBP -> ofWebp(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
      case TIFF -> ofTiff(ByteBuffer.wrap(file));
      default -> NONE;
    };
  }

  // Segments before the first scan.
  private static Metadata ofJpeg(ByteBuffer file) {
    Orientation orientation = Orientation.UPRIGHT;
    boolean profile = false;
    int at = 2;
    while (at + 4 <= file.limit() && (file.get(at) & 0xff) == 0xff) {
      int marker = file.get(at + 1) & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      int length = file.getShort(at + 2) & 0xffff;
      if (marker == 0xda || marker == 0xd9) {
        break;
      }
      if (marker == 0xe1 && startsWith(file, at + 4, EXIF)) {
        orientation = orientation(part(file, at + 4L + EXIF.length, length - 2L));
      } else if (marker == 0xe2 && startsWith(file, at + 4, PROFILE) && !profile) {
        profile = !namesSrgb(part(file, at + 4L, length - 2L));
      }
      at += 2 + Math.max(length, 2);
    }
    return new Metadata(orientation, profile, false);
  }

  private static Metadata ofPng(ByteBuffer file) {
    Orientation orientation = Orientation.UPRIGHT;
    boolean animated = false;
    long at = 8;
    while (at + 12 <= file.limit()) {
      long length = file.getInt((int) at) & 0xffffffffL;
      String type = text(file, (int) at + 4);
      if (type.equals("eXIf")) {
        orientation = orientation(part(file, at + 8, length));
      }
      animated |= type.equals("acTL");
      at += 12 + length;
    }
    return new Metadata(orientation, false, animated);
  }

  private static Metadata ofWebp(ByteBuffer file) {
    boolean profile = false;
    Orientation orientation = Orientation.UPRIGHT;
    boolean animated = false;
    long at = 12;
    while (at + 8 <= file.limit()) {
      long length = file.getInt((int) at + 4) & 0xffffffffL;
      String type = text(file, (int) at);
      if (type.equals("EXIF")) {
        // Some writers keep JPEG's mark.
        long mark = startsWith(file, (int) at + 8, EXIF) ? EXIF.length : 0;
        orientation = orientation(part(file, at + 8 + mark, length - mark));
      }
      profile |= type.equals("ICCP") && !namesSrgb(part(file, at + 8, length));
      animated |= type.equals("ANIM");
      at += 8 + length + (length & 1);
    }
    return new Metadata(orientation, profile, animated);
  }

  private static Metadata ofTiff(ByteBuffer file) {
    TiffDirectory directory = TiffDirectory.of(file);
    return new Metadata(directory.orientation(), false, directory.more());
  }

  private static Orientation orientation(ByteBuffer exif) {
    return TiffDirectory.of(exif).orientation();
  }

  // In its description, in Latin or in UTF-16.
  private static boolean namesSrgb(ByteBuffer profile) {
    byte[] bytes = new byte[profile.remaining()];
    profile.duplicate().get(bytes);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.contains("sRGB") || text.contains("s\0R\0G\0B");
  }

  private static ByteBuffer part(ByteBuffer file, long from, long length) {
    long end = Math.min(from + Math.max(length, 0), file.limit());
    return from < end ? file.slice((int) from, (int) (end - from)) : ByteBuffer.allocate(0);
  }

  private static boolean startsWith(ByteBuffer file, int at, byte[] mark) {
    return file.limit() - at >= mark.length
        && file.slice(at, mark.length).equals(ByteBuffer.wrap(mark));
  }

  private static String text(ByteBuffer file, int at) {
    byte[] letters = new byte[4];
    file.get(at, letters);
    return new String(letters, StandardCharsets.ISO_8859_1);
  }
}
