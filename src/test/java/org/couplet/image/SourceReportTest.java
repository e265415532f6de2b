package org.couplet.image;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.couplet.data.SourceBatches;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureTest;
import org.couplet.picture.PictureTrait;
import org.couplet.source.ImageSelection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.TUint8;

class SourceReportTest extends ImportTrial {
  SourceReportTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  private SourceReport report(boolean strict) throws IOException {
    try (SourceBatches batches = SourceBatches.open(ImageSelection.of(source), 4, strict)) {
      for (Optional<TUint8> next = batches.next(); next.isPresent(); next = batches.next()) {
        next.get().close();
      }
      return batches.report();
    }
  }

  private void put(String name, BufferedImage image) throws IOException {
    String format = name.substring(name.indexOf('.') + 1);
    Files.write(source.resolve(name), PictureTest.encoded(image, format));
  }

  private static BufferedImage filled(int type, int argb) {
    BufferedImage image = new BufferedImage(2, 2, type);
    for (int i = 0; i < 4; i++) {
      image.setRGB(i % 2, i / 2, argb);
    }
    return image;
  }

  private static BufferedImage deep() {
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    return new BufferedImage(model, model.createCompatibleWritableRaster(2, 2), false, null);
  }

  @Test
  void whatIsNotKeptOfAFileIsCounted() throws IOException {
    put("plain.png", filled(BufferedImage.TYPE_INT_RGB, 0x808080));
    put("grey.jpg", filled(BufferedImage.TYPE_BYTE_GRAY, 0x808080));
    put("deep.png", deep());
    put("greydeep.png", filled(BufferedImage.TYPE_USHORT_GRAY, 0x808080));
    put("clear.png", filled(BufferedImage.TYPE_INT_ARGB, 0x80ff0000));
    put("opaque.png", filled(BufferedImage.TYPE_INT_ARGB, 0xffff0000));
    BufferedImage palette = filled(BufferedImage.TYPE_BYTE_INDEXED, 0xffff0000);
    put("palette.png", palette);
    SourceReport report = report(true);
    assertEquals(
        Map.of(PictureTrait.GREY, 2L, PictureTrait.SIXTEEN_BITS, 2L, PictureTrait.TRANSPARENT, 1L),
        report.traits());
    assertEquals(7, report.kinds().values().stream().mapToLong(count -> count).sum());
    List<String> warnings = report.warnings();
    assertEquals(3, warnings.size());
    assertTrue(warnings.get(0).startsWith("2 of 7 images grey, the value taken"), warnings.get(0));
    assertTrue(
        warnings.get(1).startsWith("1 of 7 images with transparent pixels, laid over black"));
    assertTrue(warnings.get(2).startsWith("2 of 7 images of 16 bits a channel, scaled to 8"));
    // Where a number would be another with tools built on Pillow.
    assertTrue(warnings.get(1).contains("differs") && warnings.get(2).contains("Pillow"));
  }

  @Test
  void arraysHaveAKindToo() throws IOException {
    ByteBuffer idx = ByteBuffer.allocate(16 + 2 * 4).putInt(0x803).putInt(2).putInt(2).putInt(2);
    Path file = Files.write(folder.resolve("images"), idx.array());
    assertEquals("  idx                     2", run(file, 2).source().table().get(1));
    // What was written before is an array.
    ImageSelection images = ImageSelection.of(output);
    ImportReport again =
        Importer.run(new ImportRequest(images, 2, folder.resolve("again.npy"), true), listener);
    assertEquals("  array                   2", again.source().table().get(1));
  }

  @Test
  void sizesAreCountedAndTheExtremesNamed() throws IOException {
    Files.write(source.resolve("a.png"), png(5, 2, 0));
    Files.write(source.resolve("b.png"), png(3, 3, 0));
    Files.write(source.resolve("c.png"), png(4, 6, 0));
    Files.write(source.resolve("d.png"), png(3, 3, 0));
    SourceReport report = report(false);
    assertEquals(3, report.sizes());
    assertEquals(Optional.of(new ImageSize(3, 3)), report.smallest());
    assertEquals(Optional.of(new ImageSize(6, 4)), report.largest());
    assertEquals(
        List.of("4 images of 3 sizes, 3 x 3 to 6 x 4 (height x width), each taken at its own"),
        report.warnings());
  }

  private static byte[] cmyk() throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
      writer.setOutput(out);
      Raster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 4, null);
      writer.write(new IIOImage(inks, null, null));
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  private void putBroken() throws IOException {
    byte[] jpeg = PictureTest.encoded(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "jpg");
    Files.write(source.resolve("1.jpg"), Arrays.copyOf(jpeg, jpeg.length - 20));
    Files.write(source.resolve("2.jpg"), cmyk());
    Files.write(source.resolve("3.png"), new byte[100]);
    Files.write(source.resolve("4.png"), new byte[0]);
  }

  @Test
  void imagesThatCannotBeReadAreLeftOutAndCounted() throws IOException {
    putBroken();
    Files.write(source.resolve("0.png"), png(2, 2, 9));
    SourceReport report = report(false);
    assertEquals(2, report.taken());
    assertEquals(3, report.leftOutCount());
    assertEquals(Set.of("corrupt", "unknown", "empty"), report.leftOut().keySet());
    assertEquals(Map.of(PictureTrait.CMYK, 1L), report.traits());
    List<String> warnings = report.warnings();
    assertTrue(warnings.get(0).startsWith("1 of 5 images left out: 1.jpg (corrupt image ("));
    assertEquals("1 of 5 images left out: 4.png (an empty file)", warnings.get(1));
    assertEquals("1 of 5 images left out: 3.png (of no known form)", warnings.get(2));
  }

  @Test
  void tableSaysWhatWasTakenAndWhatWasLeftOut() throws IOException {
    putBroken();
    for (int i = 5; i < 10; i++) {
      Files.writeString(source.resolve(i + ".png"), "name,class");
    }
    ImportReport report = run(source, 4);
    List<String> table = report.source().table();
    assertEquals("taken                     1  of 9", table.get(0));
    assertEquals("  jpeg                    1", table.get(1));
    assertEquals("  cmyk                    1  converted to red, green and blue", table.get(2));
    assertEquals("left out                  8  of 9", table.get(3));
    assertTrue(table.get(4).startsWith("  corrupt                 1  1.jpg (corrupt image ("));
    assertEquals("  empty                   1  4.png (an empty file)", table.get(5));
    assertEquals(
        "  text                    5  5.png (text, which is not read), 6.png, 7.png, ...",
        table.get(6));
    assertEquals(8, table.size());
  }

  @Test
  void imageThatCannotBeReadIsRefusedWhenStrict() throws IOException {
    putBroken();
    Files.write(source.resolve("0.png"), png(2, 2, 9));
    assertRefused(() -> report(true), "1.jpg: corrupt image (", "--strict");
    Files.delete(source.resolve("1.jpg"));
    assertRefused(() -> report(true), "3.png: of no known form", "--strict");
  }

  @Test
  void sourceWithoutAnyReadableImageIsRefused() throws IOException {
    assertRefused(() -> report(false), source + ": no images found");
    putBroken();
    Files.delete(source.resolve("2.jpg"));
    assertRefused(() -> report(false), source + ": none of the 3 images can be taken", "1.jpg (");
  }
}
