package org.couplet.chart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

class FigureTest {
  private final Path folder;

  FigureTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static List<Panel> panels() {
    double[] x = {1, 10, 100};
    double[] y = {3, 2, 1};
    LineChart.Curve curve = new LineChart.Curve("a & b < c\u0001", x, y, y, new double[] {4, 3, 2});
    Panel lines =
        new LineChart(
            "loss \"so far\"", Axis.logarithmic("step"), Axis.linear("loss"), List.of(curve));
    CloudChart.Cloud cloud =
        new CloudChart.Cloud("points, μ = 1", new float[] {0, 0, 1, 1}, Palette.colour(1));
    return List.of(
        lines,
        CloudChart.around(
            "clouds", "first", "second", List.of(cloud), List.of(new CloudChart.Link(0, 0))));
  }

  private static Document parsed(Path file)
      throws IOException, ParserConfigurationException, SAXException {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  @Test
  void theSvgIsXmlWithItsTextAsText() throws Exception {
    Figure.write(folder.resolve("figure"), panels(), 2);
    Document svg = parsed(folder.resolve("figure.svg"));
    assertEquals("svg", svg.getDocumentElement().getTagName());
    assertEquals("1200", svg.getDocumentElement().getAttribute("width"));
    NodeList texts = svg.getElementsByTagName("text");
    List<String> words = new ArrayList<>();
    for (int i = 0; i < texts.getLength(); i++) {
      words.add(texts.item(i).getTextContent());
    }
    List<String> expected =
        List.of(
            "loss \"so far\"",
            "step",
            "loss",
            "a & b < c ",
            "1",
            "10",
            "100",
            "clouds",
            "first",
            "second",
            "points, μ = 1",
            "0.0");
    assertTrue(words.containsAll(expected), words::toString);
  }

  @Test
  void theSvgHasCurvesBandsAndPointsInTheirColours() {
    String svg = Figure.svg(panels(), 2);
    assertTrue(svg.contains("stroke=\"#0072b2\" stroke-width=\"1.8\""), svg);
    assertTrue(svg.contains("fill=\"#0072b2\" fill-opacity=\"0.19\""), svg);
    assertTrue(svg.matches("(?s).*<ellipse [^>]*fill=\"#d55e00\".*"), svg);
  }

  @Test
  void thePngHasTwiceThePixelsAndEachPanelInItsPlace() throws IOException {
    Figure.write(folder.resolve("figure"), panels(), 2);
    BufferedImage side = ImageIO.read(folder.resolve("figure.png").toFile());
    assertEquals(2400, side.getWidth());
    assertEquals(900, side.getHeight());
    BufferedImage below = Figure.png(panels(), 1);
    assertEquals(1200, below.getWidth());
    assertEquals(1800, below.getHeight());
    assertArrayEquals(
        below.getRGB(0, 900, 1200, 900, null, 0, 1200),
        side.getRGB(1200, 0, 1200, 900, null, 0, 1200));
  }

  @Test
  void theSamePanelsGiveTheSameFiles() throws IOException {
    Figure.write(folder.resolve("a"), panels(), 1);
    Figure.write(folder.resolve("b"), panels(), 1);
    assertEquals(-1, Files.mismatch(folder.resolve("a.png"), folder.resolve("b.png")));
    assertEquals(-1, Files.mismatch(folder.resolve("a.svg"), folder.resolve("b.svg")));
    try (var files = Files.list(folder)) {
      assertEquals(4, files.count());
    }
  }

  @Test
  void aSmallPictureIsOnePanelWithAPixelForAUnit() {
    CloudChart.Cloud cloud = new CloudChart.Cloud("a", new float[] {1, -1}, Palette.colour(0));
    CloudChart chart = new CloudChart("", "x", "y", List.of(cloud), List.of(), -2, 2);
    RecordingCanvas canvas = new RecordingCanvas();
    chart.draw(canvas, new Rectangle2D.Double(0, 0, 480, 480));
    Rectangle2D plot = canvas.plot();
    BufferedImage picture = Figure.picture(chart, 480, 480);
    assertEquals(480, picture.getWidth());
    assertEquals(480, picture.getHeight());
    int x = (int) (plot.getCenterX() + plot.getWidth() / 4);
    int y = (int) (plot.getCenterY() + plot.getHeight() / 4);
    assertEquals(0x0072b2, picture.getRGB(x, y) & 0xffffff);
  }

  /** Draws the panels without their text. */
  static final class OnABareMachine {
    public static void main(String[] arguments) throws IOException {
      Figure.write(Path.of(arguments[0]), panels(), 1);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutFontsThePngLacksTextAndNothingElse() throws Exception {
    Path none = Files.writeString(folder.resolve("fonts.conf"), "<fontconfig></fontconfig>\n");
    ProcessBuilder bare =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // Java remembers fonts there.
            "-Duser.home=" + folder,
            "-Djava.awt.headless=true",
            "-cp",
            System.getProperty("java.class.path"),
            OnABareMachine.class.getName(),
            folder.resolve("bare").toString());
    bare.environment().put("FONTCONFIG_FILE", none.toString());
    assertEquals(0, bare.inheritIO().start().waitFor());
    BufferedImage picture = ImageIO.read(folder.resolve("bare.png").toFile());
    int[] title = picture.getRGB(0, 0, 1200, 60, null, 0, 1200);
    assertTrue(Arrays.stream(title).allMatch(pixel -> (pixel & 0xffffff) == 0xffffff));
    int[] all = picture.getRGB(0, 0, 1200, 1800, null, 0, 1200);
    assertTrue(Arrays.stream(all).anyMatch(pixel -> (pixel & 0xffffff) == 0xd55e00));
    assertTrue(Files.readString(folder.resolve("bare.svg")).contains(">points, μ = 1</text>"));
  }

  @Test
  void aFigureOfNothingIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> Figure.write(folder.resolve("a"), List.of(), 1));
    assertThrows(
        IllegalArgumentException.class, () -> Figure.write(folder.resolve("a"), panels(), 0));
  }
}
