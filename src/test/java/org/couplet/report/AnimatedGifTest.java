package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Node;

class AnimatedGifTest {
  private static final int[] COLOURS = {0xff0000, 0x00ff00, 0x0000ff};

  @TempDir private Path folder = Path.of("");

  @Test
  void framesComeBackInOrderWithTheirTime() throws IOException {
    Path file = folder.resolve("a.gif");
    AnimatedGif.write(List.of(filled(0), filled(1), filled(2)), 7, file);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      assertEquals(3, reader.getNumImages(true));
      for (int i = 0; i < 3; i++) {
        assertEquals(COLOURS[i], reader.read(i).getRGB(3, 2) & 0xffffff);
        Node metadata = reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
        assertEquals("7", delay(metadata));
      }
    } finally {
      reader.dispose();
    }
  }

  // A browser shows it again and again only with this block.
  @Test
  void itBeginsAgain() throws IOException {
    Path file = folder.resolve("a.gif");
    AnimatedGif.write(List.of(filled(0), filled(1)), 7, file);
    String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    int block = bytes.indexOf("NETSCAPE2.0");
    assertEquals("\3\1\0\0\0", bytes.substring(block + 11, block + 16));
    assertEquals(-1, bytes.indexOf("NETSCAPE2.0", block + 1));
  }

  private static String delay(Node metadata) {
    for (Node node = metadata.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeName().equals("GraphicControlExtension")) {
        return node.getAttributes().getNamedItem("delayTime").getNodeValue();
      }
    }
    return "none";
  }

  private static BufferedImage filled(int colour) {
    BufferedImage picture = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 20; i++) {
      picture.setRGB(i % 5, i / 5, COLOURS[colour]);
    }
    return picture;
  }
}
